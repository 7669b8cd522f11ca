import Files
import FoundationEssentials

/// What stands in a folder of samples, each kind sorted by the bytes of its names.
struct FolderEntries {
  /// The names of folders, and of links to folders.
  private(set) var folders: [String] = []
  /// The names that end as a sample's do. What these files hold is another question.
  private(set) var samples: [String] = []
  /// The names of all other files.
  private(set) var others: [String] = []
  /// The names of files and folders that begin with a dot.
  private(set) var hidden: [String] = []

  /// Lists the folder at `path`, where names of samples end in one of `endings`.
  ///
  /// - Throws: `FileError`: missing where there is no such folder, failed where it cannot be listed.
  init(_ path: String, endings: [String]) throws(FileError) {
    guard Self.isFolder(path) else {
      throw FileError(
        .missing, path, "there is no such folder; `--data DIR` names the folder with `train/CLASS/FILE` in it")
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw FileError(.failed, path, "cannot be listed: \(error)")
    }
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      if name.hasPrefix(".") {
        hidden.append(name)
      } else if Self.isFolder("\(path)/\(name)") {
        folders.append(name)
      } else if endings.contains(where: name.lowercased().hasSuffix) {
        samples.append(name)
      } else {
        others.append(name)
      }
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }
}
