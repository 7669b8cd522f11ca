import Files

/// Which folders hold the parts of a data set, by the words that parts go by: `train`, `Validation`, `testing`.
struct PartFolders {
  /// The name of the folder of each part that there is.
  private(set) var names: [DataSplits.Part: String] = [:]

  /// Looks for them among the folders `folders` of `path`. Where each that is called so has samples and no folders in it, and
  /// others stand beside, they are classes: `Train` beside `Bus`, `valid` beside `broken`.
  ///
  /// - Parameter endings: what names of samples end in.
  /// - Throws: `FileError`: malformed where a part has two folders, failed where one cannot be listed.
  init(among folders: [String], of path: String, endings: [String]) throws(FileError) {
    let called = folders.filter { DataSplits.Part(word: $0) != nil }
    if called.count < folders.count {
      var areClasses = true
      for name in called where areClasses {
        let entries = try FolderEntries("\(path)/\(name)", endings: endings)
        areClasses = entries.folders.isEmpty && !entries.samples.isEmpty
      }
      if areClasses { return }
    }
    for name in called {
      guard let part = DataSplits.Part(word: name) else { continue }
      if let other = names[part] {
        throw FileError(
          .malformed, path,
          "has the folders `\(other)` and `\(name)` for \(part.rawValue), expected one of them: put their files together, or take "
            + "one away")
      }
      names[part] = name
    }
  }

  /// The folder of a part; nil where there is none.
  subscript(part: DataSplits.Part) -> String? { names[part] }
}
