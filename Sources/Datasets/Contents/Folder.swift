import Files
import FoundationEssentials
import Glibc

/// The few operations on folders that data sets need.
enum Folder {
  /// The folder at `path` and those above it, as far up as they can be looked at.
  static func lineage(_ path: String) -> Set<FileIdentity> {
    var (above, path) = (Set<FileIdentity>(), path)
    // The root is above itself.
    while let folder = FileIdentity(path), above.insert(folder).inserted { path += "/.." }
    return above
  }

  /// Whether `path` is a folder, or a link to one.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes `path` and the folders above it, where they are not there.
  static func create(_ path: String) throws(FileError) {
    if mkdir(path, 0o755) == 0 { return }
    let code = errno
    if code == EEXIST { return }  // what is in the way, if it is no folder, is named by the next operation
    guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw .system(path, "cannot be created", code: code)
    }
    try create(String(path[..<slash]))
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .system(path, "cannot be created") }
  }

  /// Makes a folder with a new name in `path`, and returns it.
  static func temporary(in path: String) throws(FileError) -> String {
    var name = Array("\(path)/.fetch-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw .system(path, "cannot take a new folder") }
    chmod(name, 0o755)  // mkdtemp lets only the owner in; a shared cache is read by others
    return String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Moves `files`, those that are there, from folder `source` to `target`: in one step where `target` is new and the file
  /// system renames folders, else file by file, each replacing its namesake, and everything else in `target` stays.
  static func move(_ files: [String], from source: String, to target: String) throws(FileError) {
    if rename(source, target) == 0 { return }
    guard mkdir(target, 0o755) == 0 || errno == EEXIST else { throw .system(target, "cannot be created") }
    for file in files where rename("\(source)/\(file)", "\(target)/\(file)") != 0 && errno != ENOENT {
      throw .system("\(target)/\(file)", "cannot be replaced")
    }
  }

  /// Removes the folder `path` with `files`. What cannot be removed is left: the error that led here matters more.
  static func remove(_ path: String, files: [String]) {
    for file in files { unlink("\(path)/\(file)") }
    rmdir(path)
  }
}

/// A file for what is in transit, which goes with the object. It has no name where the system lets an open file lose its
/// name: then it is freed however the process ends.
final class ScratchFile {
  let descriptor: Int32
  /// Its name, where it has kept one.
  private let name: [CChar]?

  /// Makes one in the folder `path`.
  ///
  /// - Throws: `FileError` with the system's reason.
  init(in path: String) throws(FileError) {
    var name = Array("\(path)/.fetch-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw .system(path, "cannot take a new file") }
    self.name = unlink(name) == 0 ? nil : name
  }

  deinit {
    close(descriptor)
    if let name { unlink(name) }
  }
}
