import Files
import FoundationEssentials
import Glibc

/// A folder in memory for the files that readers are given: they take paths. It goes with the object.
public final class FuzzFolder: Sendable {
  /// Where it is.
  public let path: String

  /// Makes an empty one.
  ///
  /// - Throws: `FileError` with the system's reason.
  public init() throws {
    var name = Array("/dev/shm/cnn-dist-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw FileError.system("/dev/shm", "cannot take a new folder") }
    path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes `bytes` to the file `name`, and returns its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = try OpenFile("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC)
    try bytes.withUnsafeBytes { try OpenFile.write($0, to: file.descriptor, path: name) }
    return file.path
  }

  /// The folder `name` in it, which is made where it is not there.
  func folder(_ name: String) -> String {
    mkdir("\(path)/\(name)", 0o755)
    return "\(path)/\(name)"
  }
}
