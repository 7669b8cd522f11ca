import CArchive
import Files
import Glibc

/// A `.keras` file: a zip archive with the model's `config.json` and its weights in `model.weights.h5`. Nothing in it
/// decides where anything is written.
struct KerasArchive {
  /// What stands in `config.json`.
  let configuration: [UInt8]
  /// The weights; nil where there are none.
  let weights: HDF5File?

  /// The first bytes of every zip archive.
  static let signature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  /// Bounds the work on a hostile file.
  private static let mostEntries = 10_000
  /// 256 MiB of JSON.
  private static let longestConfiguration = 1 << 28

  /// Reads the archive at `path`.
  ///
  /// - Throws: `FileError` where it is none, or grows beyond all measure.
  init(_ path: String) throws(FileError) {
    let file = try OpenFile(path, O_RDONLY)
    let size = Int(try file.status().st_size)
    guard let archive = archive_read_new() else { throw FileError(.failed, path, "libarchive cannot be started") }
    defer { archive_read_free(archive) }
    archive_read_support_format_zip(archive)
    try Self.check(archive, archive_read_open_fd(archive, file.descriptor, 1 << 16), path)

    var configuration: [UInt8]?
    var weights: HDF5File?
    var entry: OpaquePointer?
    var count = 0
    while true {
      let code = archive_read_next_header(archive, &entry)
      if code == ARCHIVE_EOF { break }
      try Self.check(archive, code, path)
      count += 1
      guard count <= Self.mostEntries else {
        throw FileError(.malformed, path, "has more than \(Self.mostEntries) entries, which is no model's")
      }
      guard let entry, let bytes = archive_entry_pathname(entry) else { continue }
      switch String(cString: bytes) {
      case "config.json":
        var text: [UInt8] = []
        try Self.copy(archive, path, atMost: Self.longestConfiguration) { part throws(FileError) in text += part }
        configuration = text
      case "model.weights.h5":
        // Weights are numbers, which no packing makes a hundredth of; Keras does not pack at all.
        let (limit, overflows) = size.multipliedReportingOverflow(by: 100)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(size, max(0, Int(clamping: archive_entry_size(entry)))))
        try Self.copy(archive, path, atMost: overflows ? .max : max(1 << 28, limit)) { part throws(FileError) in
          bytes += part
        }
        weights = try HDF5File(bytes, in: path)
      default: continue
      }
    }
    guard let configuration else {
      throw FileError(.malformed, path, "is no .keras file: the archive has no config.json")
    }
    self.configuration = configuration
    self.weights = weights
  }

  private static func copy(
    _ archive: OpaquePointer, _ path: String, atMost limit: Int,
    to part: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    var total = 0
    while true {
      let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
      if count == 0 { return }
      guard count > 0 else { throw malformed(archive, path) }
      total += count
      guard total <= limit else { throw FileError(.malformed, path, "has an entry of more than \(limit) bytes") }
      try part(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private static func check(_ archive: OpaquePointer, _ code: Int32, _ path: String) throws(FileError) {
    guard code == ARCHIVE_OK || code == ARCHIVE_WARN else { throw malformed(archive, path) }
  }

  private static func malformed(_ archive: OpaquePointer, _ path: String) -> FileError {
    let reason = archive_error_string(archive).map(String.init(cString:)) ?? "it cannot be read"
    return FileError(.malformed, path, "is not the archive that a .keras file is: \(reason)")
  }
}
