/// A run's `metrics.jsonl`, opened for writing.
public final class MetricsLog {
  private let lines: LineLog

  /// Opens the log, first dropping the lines that came after `state`.
  ///
  /// - Throws: `FileError`, missing where there is no log, else with the system's reason.
  public init(_ path: String, continuing state: TrainingState) throws {
    lines = try LineLog(path) { line in
      // A line that cannot be read is the torn end of a crash; nothing after it is trusted.
      guard let line = try? JSON.decode(Line.self, line) else { return false }
      return line.kind == "step" ? line.step ?? .max <= state.step : line.epoch <= state.epoch
    }
  }

  /// Appends one line.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func append(_ metrics: some Encodable) throws { try lines.append(metrics) }

  /// What decides whether a line belongs to a state.
  private struct Line: Decodable {
    let kind: String
    let step: Int?
    let epoch: Int
  }
}
