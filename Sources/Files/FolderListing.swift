import Glibc

/// What is in a folder.
public enum FolderListing {
  /// Something whose name is no UTF-8, so that no path leads to it here.
  public struct Unnameable: Sendable {
    /// Its name, with `\xE4` for each byte that is no ASCII.
    public let name: String
    /// Whether it is a folder, or a link to one.
    public let isFolder: Bool
  }

  /// The names of all that is in the folder at `path`, sorted by their bytes. A name that is no UTF-8 has U+FFFD where it
  /// is none.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - isOptional: whether one that is not there is an empty one.
  /// - Throws: `FileError` with the system's reason where it cannot be read.
  public static func names(in path: String, isOptional: Bool = false) throws(FileError) -> [String] {
    var names: [String] = []
    try list(path, isOptional) { bytes, _ in names.append(String(decoding: bytes, as: UTF8.self)) }
    return sorted(names)
  }

  /// What is in the folder at `path`: the names that are UTF-8, sorted by their bytes, and what has others.
  ///
  /// - Throws: `FileError` with the system's reason where it cannot be read.
  public static func contents(of path: String) throws(FileError) -> (names: [String], others: [Unnameable]) {
    var names: [String] = []
    var others: [Unnameable] = []
    try list(path, false) { bytes, isFolder in
      if let name = String(validating: bytes, as: UTF8.self) {
        names.append(name)
      } else {
        let shown = bytes.map { $0 < 0x80 ? String(UnicodeScalar($0)) : "\\x\(String($0, radix: 16, uppercase: true))" }
        others.append(Unnameable(name: shown.joined(), isFolder: isFolder()))
      }
    }
    return (sorted(names), others.sorted { $0.name < $1.name })
  }

  private static func sorted(_ names: [String]) -> [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Goes through the names in a folder, in the system's order.
  ///
  /// - Parameter body: is given a name, and can ask whether it is a folder's.
  private static func list(
    _ path: String, _ isOptional: Bool, _ body: (_ name: [UInt8], _ isFolder: () -> Bool) -> Void
  ) throws(FileError) {
    guard let folder = opendir(path) else {
      if errno == ENOENT && isOptional { return }
      throw .system(path, "what is in it cannot be listed")
    }
    defer { closedir(folder) }
    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard name != [UInt8(ascii: ".")], name != Array("..".utf8) else { continue }
      body(name) {
        var status = stat()
        return fstatat(dirfd(folder), name.map(CChar.init(bitPattern:)) + [0], &status, 0) == 0
          && status.st_mode & S_IFMT == S_IFDIR
      }
    }
    guard errno == 0 else { throw .system(path, "what is in it cannot be listed") }
  }
}
