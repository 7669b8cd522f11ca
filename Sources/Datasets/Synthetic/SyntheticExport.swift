import Files
import Glibc

/// The embedded data set as files, for other frameworks that read CIFAR-10's binary version.
public enum SyntheticExport {
  /// Writes the six data files, and `batches.meta.txt` with the class names, into `folder`, which is made where it is not
  /// there. A file that is there with the same contents stays as it is.
  ///
  /// - Throws: `FileError`: malformed where one of the files holds other data; then nothing is written. Failed where the
  ///   disk refuses.
  public static func write(to folder: String) throws {
    try Folder.create(folder)
    let missing = try CIFARFormat.cifar10.files.filter { name in try !isThere(name, in: folder) }
    for name in missing {
      let bytes = contents(of: name)
      try AtomicFile.write("\(folder)/\(name)") { part in try bytes.withUnsafeBytes(part) }
    }
    let names = SyntheticPattern.allCases.map { "\($0.name)\n" }.joined()
    try AtomicFile.write("\(folder)/batches.meta.txt", text: names)
  }

  /// Whether `folder` holds the file already.
  private static func isThere(_ name: String, in folder: String) throws(FileError) -> Bool {
    let path = "\(folder)/\(name)"
    guard access(path, F_OK) == 0 else { return false }
    let expected = contents(of: name)
    let file = try MappedFile(path)
    let isEqual = file.withBytes { found in
      expected.withUnsafeBytes { expected in
        guard found.count == expected.count, let left = found.baseAddress, let right = expected.baseAddress else {
          return false
        }
        return memcmp(left, right, expected.count) == 0
      }
    }
    try file.check()
    guard isEqual else {
      throw FileError(.malformed, path, "holds other data, which is kept; name another folder for the synthetic set")
    }
    return true
  }

  /// All bytes of one file.
  private static func contents(of name: String) -> [UInt8] {
    let index = CIFARFormat.cifar10.trainingFiles.firstIndex(of: name)
    let set = index == nil ? Synthetic.validation : Synthetic.training
    let first = (index ?? 0) * CIFARFormat.cifar10.trainingRecords
    return [UInt8](unsafeUninitializedCapacity: CIFARFormat.cifar10.bytes(of: name)) { buffer, count in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      for record in 0..<CIFARFormat.cifar10.trainingRecords {
        let start = record * CIFARFormat.cifar10.recordBytes
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + CIFARFormat.cifar10.recordBytes])
        set.draw(first + record, record: part)
      }
      count = CIFARFormat.cifar10.bytes(of: name)
    }
  }
}
