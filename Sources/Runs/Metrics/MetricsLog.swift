import Files

/// A run's `metrics.jsonl`, opened for writing.
public final class MetricsLog {
  private let lines: LineLog

  /// Opens the log, first dropping the lines that came after `state`. A log that is gone is begun anew, and one that
  /// lacks the last steps goes on without them; somebody is told of it.
  ///
  /// - Throws: `FileError` with the system's reason.
  public init(_ path: String, continuing state: TrainingState) throws {
    var last = 0
    lines = try LineLog(path) { line in
      // A line that cannot be read is the torn end of a crash; nothing after it is trusted.
      guard let line = try? JSON.decode(Line.self, line) else { return false }
      guard line.kind == "step" else { return line.epoch <= state.epoch }
      guard let step = line.step, step <= state.step else { return false }
      last = step
      return true
    }
    guard last < state.step else { return }
    let loss = lines.isNew ? "is gone: it is begun anew" : "lacks the steps from \(last + 1) on: it goes on"
    Remark.make(.losses, "\(path): \(loss) with step \(state.step + 1)")
  }

  /// Appends one line.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func append(_ metrics: some Encodable) throws { try lines.append(metrics) }

  /// Makes sure that all lines are in the file: one that a disk did not take is tried again.
  ///
  /// - Throws: `FileError` with the system's reason.
  package func settle() throws(FileError) { try lines.settle() }

  /// Flushes what is in the file to the disk. Another thread may append meanwhile.
  ///
  /// - Throws: `FileError` with the system's reason.
  package func flush() throws(FileError) { try lines.flush() }

  /// What decides whether a line belongs to a state.
  private struct Line: Decodable {
    let kind: String
    let step: Int?
    let epoch: Int
  }
}
