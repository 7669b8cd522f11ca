import Files
import Glibc

/// An `.npz` file, as `numpy.savez` and `savez_compressed` write it: a zip archive of `.npy` files.
struct NumPyArchive {
  /// The file as the user named it.
  let path: String

  /// Bounds the work on a hostile file.
  private static let mostEntries = 10_000
  /// What one array may take once it is unpacked.
  private static let mostBytes = 2 << 30

  /// Unpacks those of its arrays that have one of these names.
  ///
  /// - Throws: `FileError`: missing; malformed where it is no zip archive, is damaged, or has an array twice.
  func arrays(_ names: Set<String>) throws(FileError) -> [String: NumPyArray] {
    let file = try OpenFile(path, O_RDONLY)
    let archive = try ArchiveReader(
      file.descriptor, .zip, name: path, expectation: "the zip archive that an .npz file is")
    var arrays: [String: NumPyArray] = [:]
    for _ in 0..<Self.mostEntries {
      guard let entry = try archive.next() else { return arrays }
      guard let member = entry.path, member.hasSuffix(".npy"), names.contains(String(member.dropLast(4))) else {
        continue
      }
      let tooLarge = FileError(
        .malformed, path,
        "holds an array of more than \(Self.mostBytes >> 30) GB: unpack it into .npy files, which are mapped")
      let contents = try archive.contents(atMost: Self.mostBytes, else: tooLarge)
      let array = try NumPyArray(contents, path: "\(path): \(member)")
      guard arrays.updateValue(array, forKey: String(member.dropLast(4))) == nil else {
        throw FileError(.malformed, path, "has the array \(member) twice")
      }
    }
    throw FileError(.malformed, path, "has more than \(Self.mostEntries) entries, which is no data set of ours")
  }
}
