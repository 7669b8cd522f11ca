import CArchive
import Files
import Glibc

/// An `.npz` file, as `numpy.savez` and `savez_compressed` write it: a zip archive of `.npy` files. Nothing in it decides where
/// anything is written.
struct NumPyArchive {
  /// The file as the user named it.
  let path: String

  /// Bounds the work on a hostile file.
  private static let mostEntries = 10_000

  /// Unpacks those of its arrays that have one of these names.
  ///
  /// - Throws: `FileError`: missing; malformed where it is no zip archive, is damaged, or has an array twice.
  func arrays(_ names: Set<String>) throws(FileError) -> [String: NumPyArray] {
    let file = try OpenFile(path, O_RDONLY)
    guard let archive = archive_read_new() else { throw FileError(.failed, path, "libarchive cannot be started") }
    defer { archive_read_free(archive) }
    archive_read_support_format_zip(archive)
    try check(archive, archive_read_open_fd(archive, file.descriptor, 1 << 16))
    var arrays: [String: NumPyArray] = [:]
    var entry: OpaquePointer?
    for _ in 0..<Self.mostEntries {
      let code = archive_read_next_header(archive, &entry)
      if code == ARCHIVE_EOF { return arrays }
      try check(archive, code)
      guard let entry, let bytes = archive_entry_pathname(entry) else { continue }
      let member = String(cString: bytes)
      guard member.hasSuffix(".npy"), names.contains(String(member.dropLast(4))) else { continue }
      let array = try NumPyArray(unpack(archive, size: Int(archive_entry_size(entry))), path: "\(path): \(member)")
      guard arrays.updateValue(array, forKey: String(member.dropLast(4))) == nil else {
        throw FileError(.malformed, path, "has the array \(member) twice")
      }
    }
    throw FileError(.malformed, path, "has more than \(Self.mostEntries) entries, which is no data set of ours")
  }

  /// What one array may take once it is unpacked.
  private static let mostBytes = 2 << 30

  /// The entry's bytes; `size` is what the archive says they are, and need not be true.
  private func unpack(_ archive: OpaquePointer, size: Int) throws(FileError) -> [UInt8] {
    var contents: [UInt8] = []
    contents.reserveCapacity(max(0, min(size, 1 << 30)))
    var part = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = archive_read_data(archive, &part, part.count)
      if count == 0 { return contents }
      guard count > 0 else { throw malformed(archive) }
      // Small archives can hold endless zeros.
      guard contents.count + count <= Self.mostBytes else {
        throw FileError(
          .malformed, path,
          "holds an array of more than \(Self.mostBytes >> 30) GB: unpack it into .npy files, which are mapped")
      }
      contents.append(contentsOf: part[..<count])
    }
  }

  private func check(_ archive: OpaquePointer, _ code: Int32) throws(FileError) {
    guard code == ARCHIVE_OK || code == ARCHIVE_WARN else { throw malformed(archive) }
  }

  private func malformed(_ archive: OpaquePointer) -> FileError {
    let reason = archive_error_string(archive).map(String.init(cString:)) ?? "it cannot be read"
    return FileError(.malformed, path, "is not the zip archive that an .npz file is: \(reason)")
  }
}
