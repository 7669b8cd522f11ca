import Files

/// A run's `journal.jsonl`, opened for reading.
///
/// Its lines are consecutive steps, from the first that the run took with `--journal`.
public struct Journal {
  /// The file as the user named it.
  public let path: String
  /// The steps that it tells of, counted as the metrics count them; empty where there is none.
  public let steps: Range<Int>

  private let lines: [String]

  /// Opens the journal at `path`; a last line without its end does not count.
  ///
  /// - Throws: `FileError`, missing where there is none.
  public init(_ path: String) throws(FileError) {
    self.path = path
    lines = try LineLog.lines(in: path)
    let first = try lines.first.map { line throws(FileError) in try Self.decode(line, 1, path).step } ?? 0
    guard first >= 0, first < .max - lines.count else {
      throw FileError(.malformed, path, "line 1 is of step \(first), which no run takes")
    }
    steps = first..<first + lines.count
  }

  /// The account of a step, which must be among `steps`.
  ///
  /// - Throws: `FileError` when its line cannot be read or is of another step.
  public func entry(_ step: Int) throws(FileError) -> JournalEntry {
    let index = step - steps.lowerBound
    let entry = try Self.decode(lines[index], index + 1, path)
    guard entry.step == step else {
      throw FileError(.malformed, path, "line \(index + 1) is of step \(entry.step), expected step \(step)")
    }
    return entry
  }

  private static func decode(_ line: String, _ number: Int, _ path: String) throws(FileError) -> JournalEntry {
    do {
      return try JSON.decode(JournalEntry.self, line)
    } catch {
      throw FileError(.malformed, path, "line \(number) cannot be read as a step's hashes: \(error)")
    }
  }
}
