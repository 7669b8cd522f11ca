import Files
import Glibc

/// A run's `journal.jsonl`, opened for writing.
public final class JournalLog {
  private let lines: LineLog

  /// Opens the journal, first dropping the lines of steps after `step`; where there is none one is begun, because a run
  /// may be given a journal late.
  ///
  /// - Throws: `FileError` with the system's reason.
  public init(_ path: String, continuing step: Int) throws {
    if access(path, F_OK) != 0 { try AtomicFile.write(path, text: "") }
    lines = try LineLog(path) { line in
      // A line that cannot be read is the torn end of a crash; nothing after it is trusted.
      (try? JSON.decode(JournalEntry.self, line)).map { $0.step <= step } ?? false
    }
  }

  /// Appends one step's line.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func append(_ entry: JournalEntry) throws { try lines.append(entry) }
}
