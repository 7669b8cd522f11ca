import Files

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
    guard Folder.isFolder(path) else {
      throw FileError(
        .missing, path, "there is no such folder; `--data DIR` names the folder with `train/CLASS/FILE` in it")
    }
    for name in try Folder.names(in: path) {
      if name.hasPrefix(".") {
        hidden.append(name)
      } else if Folder.isFolder("\(path)/\(name)") {
        folders.append(name)
      } else if endings.contains(where: name.lowercased().hasSuffix) {
        samples.append(name)
      } else {
        others.append(name)
      }
    }
  }
}
