import Files

/// A run's `journal.jsonl`, opened for writing.
public final class JournalLog {
  private let lines: LineLog

  /// Opens the journal, first dropping the lines of steps after `step`; where there is none one is begun, because a run
  /// may be given a journal late. One that lacks the last steps is begun anew, because its lines are consecutive steps.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - step: the last step of what is gone on from.
  ///   - wasKept: whether the run kept a journal before: then somebody is told when it is gone.
  /// - Throws: `FileError` with the system's reason.
  public init(_ path: String, continuing step: Int, wasKept: Bool = false) throws {
    var last: Int?
    let lines = try LineLog(path) { line in
      // A line that cannot be read is the torn end of a crash; nothing after it is trusted.
      guard let entry = try? JSON.decode(JournalEntry.self, line), entry.step <= step else { return false }
      last = entry.step
      return true
    }
    let lacks = last.map { $0 < step } ?? false
    self.lines = lacks ? try LineLog(path) { _ in false } : lines
    guard lacks || wasKept && lines.isNew && step > 0 else { return }
    let loss = last.map { "lacks the steps from \($0 + 1) on" } ?? "is gone"
    Remark.make(.losses, "\(path): \(loss): it is begun anew with step \(step + 1)")
  }

  /// Appends one step's line.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func append(_ entry: JournalEntry) throws { try lines.append(entry) }

  /// Makes sure that all lines are in the file: one that a disk did not take is tried again.
  ///
  /// - Throws: `FileError` with the system's reason.
  package func settle() throws(FileError) { try lines.settle() }

  /// Flushes what is in the file to the disk. Another thread may append meanwhile.
  ///
  /// - Throws: `FileError` with the system's reason.
  package func flush() throws(FileError) { try lines.flush() }
}
