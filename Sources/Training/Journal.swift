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

  /// Opens the journal at `path`. What stands behind the last line's end is being written, or was torn by a crash, and
  /// does not count.
  ///
  /// - Throws: `FileError`, missing where there is none.
  public init(_ path: String) throws(FileError) {
    self.path = path
    let text = try MappedFile(path).withBytes { String(decoding: $0, as: UTF8.self) }
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
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

/// Two journals, read side by side.
public struct JournalComparison {
  /// The steps that both tell of.
  public let common: Range<Int>
  /// Where the two part first; nil where all common steps are equal.
  public let difference: JournalDifference?

  /// Compares the common steps, up to `last` where that is given.
  ///
  /// - Throws: `FileError` when a journal cannot be read.
  public init(_ ours: Journal, _ theirs: Journal, through last: Int? = nil) throws(FileError) {
    var common = ours.steps.clamped(to: theirs.steps)
    if let last { common = common.clamped(to: 0..<last + 1) }
    self.common = common
    for step in common {
      if let found = try ours.entry(step).difference(from: try theirs.entry(step)) {
        difference = found
        return
      }
    }
    difference = nil
  }
}
