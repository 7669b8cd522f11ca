import Files
import Glibc

extension RunFolder {
  /// Reads `config.json` of a run that is to be looked at.
  ///
  /// - Throws: `FileError`, missing when the folder holds no run.
  public func loadExisting() throws(FileError) -> RunConfiguration {
    guard holdsRun else { throw FileError(.missing, path, "holds no run: there is no config.json in it") }
    return try load()
  }

  /// Opens the journal; nil where none was kept, or no step has been taken since.
  ///
  /// - Throws: `FileError` when it cannot be read.
  public func journal() throws(FileError) -> Journal? {
    guard access(journalPath, F_OK) == 0 else { return nil }
    let journal = try Journal(journalPath)
    return journal.steps.isEmpty ? nil : journal
  }
}
