import FoundationEssentials
import Glibc

/// A file that a user has named for a result.
///
/// A link is followed to the file that it leads to. What is no regular file, such as a device or a pipe, is written to and never
/// replaced.
public enum ResultFile {
  /// Makes sure that a result can be written to `path`, before much is computed for it.
  ///
  /// - Throws: `FileError` where a folder is there, or none to put it in.
  public static func check(_ path: String) throws(FileError) {
    let target = try target(of: path)
    if kind(of: target) == S_IFDIR {
      throw FileError(.failed, path, "is a folder, expected a file to write: name one in it")
    }
    let folder = target.lastIndex(of: "/").map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    guard let found = kind(of: folder) else { throw .system(folder, "\(path) cannot be written") }
    guard found == S_IFDIR else { throw FileError(.failed, folder, "is no folder: \(path) cannot be written") }
  }

  /// Has `write` make a file, which takes its place at `path` in one step, or is copied to what is no regular file there.
  ///
  /// - Parameters:
  ///   - path: where the user wants it.
  ///   - write: writes a file at the path that it gets.
  /// - Throws: `FileError` as `check`, or with the system's reason; what `write` throws. What was at `path` stays then.
  public static func write(_ path: String, _ write: (_ path: String) throws -> Void) throws {
    try check(path)
    let target = try target(of: path)
    guard let kind = kind(of: target), kind != S_IFREG else { return try write(target) }
    let copy = AtomicFile.temporaryName(for: FileManager.default.temporaryDirectory.appending(path: "cnn-dist").path)
    defer { unlink(copy) }
    try write(copy)
    let place = try OpenFile(target, O_WRONLY)
    let file = try MappedFile(copy)
    try file.withBytes { bytes throws(FileError) in try OpenFile.write(bytes, to: place.descriptor, path: path) }
  }

  /// What sort of thing is at `path`, behind all links; nil for nothing.
  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// Where `path` leads, which may not be there yet.
  private static func target(of path: String) throws(FileError) -> String {
    var target = path
    for _ in 0..<40 {
      var status = stat()
      guard lstat(target, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return target }
      // What the kernel shows of a process's own pipes has no name to follow.
      guard kind(of: target) ?? S_IFREG == S_IFREG else { return target }
      var name = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(target, &name, name.count)
      guard count >= 0 else { throw .system(path, "cannot be followed") }
      let link = String(decoding: name[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
      let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? ""
      target = link.hasPrefix("/") ? link : folder + link
    }
    throw .system(path, "cannot be followed", code: ELOOP)
  }
}
