import Glibc

/// A second name for a file of the same folder: a symbolic link or, where the file system knows none, a small file that
/// holds the name. A folder that is copied from one kind of file system to the other stays whole.
public enum FileLink {
  /// What the files that are pointed at end in: a small file that says anything else is no link.
  private static let ending = ".safetensors"
  /// No file name is longer.
  private static let longestName = 255

  /// Points `path` at the file `name` in the same folder, replacing an older link, or a file, in one step.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func point(_ path: String, at name: String) throws {
    try requireNoFolder(path)
    let temporary = AtomicFile.temporaryName(for: path)
    let isLinked = symlink(name, temporary) == 0
    if isLinked && rename(temporary, path) == 0 { return try AtomicFile.flushFolder(of: path) }
    // Whatever the reason, a full disk included: the file comes to the same end or says why not.
    let reason = String(cString: strerror(errno))
    if isLinked { unlink(temporary) }
    try AtomicFile.write(path, text: "\(name)\n")
    Remark.make(
      .links, "\(path): this file system takes no symbolic links (\(reason)): it is a small file that holds the name")
  }

  /// The file that `path` means: the one that a small file names, else `path` itself.
  ///
  /// - Throws: `FileError`, missing where `path`, or what it points at, is not there.
  public static func resolve(_ path: String) throws(FileError) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let code = errno
      if code == ENOENT, let target = target(ofSymbolic: path) { throw dangling(path, target) }
      throw .system(path, "cannot be opened", code: code)
    }
    let size = Int(status.st_size)
    guard status.st_mode & S_IFMT == S_IFREG, size > ending.utf8.count, size <= longestName + 1 else { return path }
    let text = try MappedFile(path).withBytes { String(decoding: $0, as: UTF8.self) }
    let name = text.hasSuffix("\n") ? text.dropLast() : text[...]
    guard name.hasSuffix(ending), !name.contains(where: { $0 == "/" || $0.isNewline || $0 == "\0" }) else {
      return path
    }
    let target = path.lastIndex(of: "/").map { path[...$0] + name } ?? name
    guard access(String(target), F_OK) == 0 else { throw dangling(path, String(name)) }
    return String(target)
  }

  /// Makes sure that no folder is where a link is or goes.
  ///
  /// - Throws: `FileError` where one is.
  package static func requireNoFolder(_ path: String) throws(FileError) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
    throw FileError(.failed, path, "is a folder, expected a link to a file: move it away")
  }

  /// Whether there is a link at `path`, or a file, wherever it leads.
  package static func isThere(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// The name of the file that the link at `path` points at; nil where a file is there itself.
  ///
  /// - Throws: `FileError`, missing where it points at nothing.
  package static func target(of path: String) throws(FileError) -> String? {
    let file = try resolve(path)
    if let target = target(ofSymbolic: path) { return target }
    return file == path ? nil : String(file[(file.lastIndex(of: "/").map(file.index(after:)) ?? file.startIndex)...])
  }

  private static func target(ofSymbolic path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &target, target.count)
    return count < 0 ? nil : String(decoding: target[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func dangling(_ path: String, _ target: String) -> FileError {
    FileError(.missing, path, "points at \(target), which is not there: name another file")
  }
}
