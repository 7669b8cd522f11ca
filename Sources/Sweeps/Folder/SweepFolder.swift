import Files
import FoundationEssentials
import Glibc
import KerasFiles
import Runs

/// The folder of a sweep: `sweep.json`, what it looks for; a run's folder for each trial; `sweep.jsonl` and `sweep.csv`, what
/// came of them. What is done stands in the trials' folders, all else follows from it.
package struct SweepFolder: Sendable {
  /// The folder as the user named it.
  package let path: String

  /// Names a folder; nothing is read or written yet.
  package init(_ path: String) {
    self.path = path
  }

  /// What the sweep looks for.
  package var searchPath: String { "\(path)/sweep.json" }
  /// A line for each trial at each rung.
  package var recordsPath: String { "\(path)/sweep.jsonl" }
  /// A row for each trial.
  package var tablePath: String { "\(path)/sweep.csv" }

  /// The best trials side by side, for people.
  package var reportPath: String { "\(path)/report.html" }

  /// The folder of a trial's run.
  package func run(_ trial: Int) -> RunFolder { RunFolder("\(path)/\(Trial.name(trial))") }

  // MARK: - The search

  /// What is kept of a search.
  private struct Record: Codable {
    let search: JSONValue
    /// The digests of the files that options name, by their paths.
    let files: [String: String]
    let version: String
  }

  /// The search that was begun here; nil where none was.
  ///
  /// - Throws: `UsageError` where something else is here, `FileError` where it cannot be read.
  package func begun() throws -> Search? {
    try record().map { try Search(try $0.search.document(), path: searchPath) }
  }

  /// Makes the folder where there is none, and takes the right to write to it, so that no other process goes on with the same
  /// sweep.
  ///
  /// - Throws: `UsageError` where something else is here, `FileError` when it cannot be made or another process writes to it.
  package func open() throws -> RunLock {
    guard !RunFolder(path).holdsRun else {
      throw UsageError("\(path) holds a run: choose another --run folder for the sweep")
    }
    if try record() == nil, let name = try names().first(where: { $0.hasPrefix("trial-") }) {
      throw UsageError("\(path) holds \(name), but no sweep.json: choose another --run folder")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw FileError(.failed, path, "the sweep's folder cannot be made: \(error)")
    }
    let lock = try RunFolder(path).lock()
    // Those of processes that were killed.
    for name in try names() where AtomicFile.isTemporary(name, of: ["sweep."]) { unlink("\(path)/\(name)") }
    return lock
  }

  /// Writes down what the sweep looks for, where it may go on with what was begun.
  ///
  /// - Parameter files: the digests of the files that its options name.
  /// - Throws: `UsageError` naming what is another search than was begun here; `FileError` when the disk refuses.
  package func save(_ search: Search, files: [String: String], version: String) throws {
    if let record = try record() {
      let begun = try Search(try record.search.document(), path: searchPath)
      if let difference = search.difference(from: begun) {
        throw UsageError(
          "\(path) holds another sweep (\(difference)): it may have more trials and epochs, and be on other ranks, all else "
            + "is as it was, or in another --run folder")
      }
      for (file, digest) in files.sorted(by: { $0.key < $1.key }) {
        guard let before = record.files[file], before != digest else { continue }
        throw UsageError(
          "\(file) is another file than the sweep in \(path) was begun with: choose another --run folder")
      }
    }
    try AtomicFile.write(
      searchPath, text: try JSON.document(Record(search: search.document, files: files, version: version)))
  }

  private func record() throws -> Record? {
    let file: MappedFile
    do {
      file = try MappedFile(searchPath)
    } catch {
      guard error.kind == .missing else { throw error }
      return nil
    }
    do {
      return try JSON.decode(Record.self, file.withBytes { String(decoding: $0, as: UTF8.self) })
    } catch {
      throw FileError(.malformed, searchPath, "cannot be read as what a sweep looks for: \(error)")
    }
  }

  /// What is in the folder: nothing where there is none. A listing is asked for rather than single names, because network file
  /// systems remember for a while that a name was not there.
  ///
  /// - Throws: `FileError` where it cannot be listed.
  package func names() throws(FileError) -> [String] { try FolderListing.names(in: path, isOptional: true) }
}
