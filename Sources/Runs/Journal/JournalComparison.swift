import Files

/// Two journals, read side by side.
public struct JournalComparison {
  /// The steps that both tell of.
  public let common: Range<Int>
  /// Where the two part first; nil where all common steps are equal.
  public let difference: JournalDifference?
  /// The steps that the first journal tells of and the second does not.
  public let onlyOurs: [Range<Int>]
  /// The steps that the second journal tells of and the first does not.
  public let onlyTheirs: [Range<Int>]

  /// Whether both tell of the same steps, and the same of each.
  public var isSame: Bool { difference == nil && onlyOurs.isEmpty && onlyTheirs.isEmpty }

  /// Compares the common steps, up to the first difference.
  ///
  /// - Parameters:
  ///   - ours: the first journal.
  ///   - theirs: the second.
  ///   - last: the last step to look at; nil for all.
  /// - Throws: `FileError` when a journal cannot be read.
  public init(_ ours: Journal, _ theirs: Journal, through last: Int? = nil) throws(FileError) {
    let window = last.map { 0..<$0 + 1 } ?? 0..<Int.max
    let (mine, yours) = (ours.steps.clamped(to: window), theirs.steps.clamped(to: window))
    common = mine.clamped(to: yours)
    onlyOurs = Self.rest(of: mine, outside: common)
    onlyTheirs = Self.rest(of: yours, outside: common)
    for step in common {
      if let found = try ours.entry(step).difference(from: try theirs.entry(step)) {
        difference = found
        return
      }
    }
    difference = nil
  }

  /// What of `steps` lies before and behind `common`.
  private static func rest(of steps: Range<Int>, outside common: Range<Int>) -> [Range<Int>] {
    guard !common.isEmpty else { return steps.isEmpty ? [] : [steps] }
    return [steps.lowerBound..<common.lowerBound, common.upperBound..<steps.upperBound].filter { !$0.isEmpty }
  }
}
