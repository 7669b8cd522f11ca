import Files

/// What stands in a folder of samples, each kind sorted by the bytes of its names.
struct FolderEntries {
  /// The names of folders, and of links to folders.
  private(set) var folders: [String] = []
  /// The names that end as a sample's do. What these files hold is another question.
  private(set) var samples: [String] = []
  /// The names of all other files.
  private(set) var others: [String] = []
  /// The names of files and folders that begin with a dot, or are those of other programs' own folders.
  private(set) var hidden: [String] = []
  /// The names of files whose names are no UTF-8, as they can be shown.
  private(set) var unnameable: [String] = []

  /// What macOS, disk stations and Windows put beside people's files.
  private static let foreign: Set = ["__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information"]

  /// Lists the folder at `path`, where names of samples end in one of `endings`.
  ///
  /// - Throws: `FileError`: missing where there is no such folder, failed where it cannot be listed, malformed where a folder
  ///   in it has a name that is no UTF-8.
  init(_ path: String, endings: [String]) throws(FileError) {
    guard Folder.isFolder(path) else {
      throw FileError(
        .missing, path, "there is no such folder; `--data DIR` names the folder with `train/CLASS/FILE` in it")
    }
    let (names, strangers) = try FolderListing.contents(of: path)
    if let folder = strangers.first(where: \.isFolder) {
      throw FileError(
        .malformed, path,
        "has a folder `\(folder.name)` whose name is not in UTF-8: rename it (`convmv -r -f latin1 -t utf8 --notest` renames all "
          + "in a folder)")
    }
    unnameable = strangers.map(\.name)
    for name in names {
      if name.hasPrefix(".") || Self.foreign.contains(name) {
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
