import Files
import Runs
import TestSupport
import Testing

@Suite struct JournalTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A line of two tensors, `a` and `b`, with their hashes as `gradient value gradient value`.
  private func line(_ step: Int, _ hashes: String = "1 2 3 4", names: [String] = ["a", "b"]) -> String {
    let hashes = hashes.split(separator: " ")
    let tensors = names.indices.map {
      #"{"gradient":"\#(hashes[2 * $0])","name":"\#(names[$0])","value":"\#(hashes[2 * $0 + 1])"}"#
    }
    return #"{"step":\#(step),"tensors":[\#(tensors.joined(separator: ","))]}"#
  }

  private func journal(_ name: String, _ text: String) throws -> Journal {
    try folder.write(name, Array(text.utf8))
    return try Journal(folder(name))
  }

  private func journal(_ name: String, _ lines: [String]) throws -> Journal {
    try journal(name, lines.map { $0 + "\n" }.joined())
  }

  // MARK: - One step

  /// The hashes by Python: `hashlib.sha256(struct.pack("<12f", *floats)).hexdigest()[:16]`.
  @Test func anEntryIsHashesInArenaOrder() throws {
    let log = try JournalLog(folder("j"), continuing: 0)
    try log.append(JournalEntry(step: 1, of: try TinyModel.arena()))
    #expect(
      try folder.text("j") == line(
        1, "17b0761f87b081d5 cd64a4e7611d7694 15ec7bf0b50732b4 5e2550fa3594a73f", names: ["dense/kernel", "dense/bias"])
        + "\n")
  }

  /// The gradients come first, for the values follow from them; among equals the first layer does.
  @Test(arguments: [
    ("9 2 3 4", "gradient", "a", ["a"]), ("1 2 9 4", "gradient", "b", ["b"]), ("9 9 9 9", "gradient", "a", ["a", "b"]),
    ("1 9 9 9", "gradient", "b", ["b"]), ("1 9 3 4", "value", "a", ["a"]), ("1 2 3 9", "value", "b", ["b"]),
    ("1 9 3 9", "value", "a", ["a", "b"]),
  ])
  func theFirstDifferenceIsNamed(_ other: String, _ quantity: String, _ name: String, _ names: [String]) throws {
    let comparison = try JournalComparison(
      try journal("a", [line(1), line(2), line(3)]), try journal("b", [line(1), line(2, other), line(3, "7 7 7 7")]))
    let difference = try #require(comparison.difference)
    #expect(difference.step == 2)
    #expect(difference.quantity.rawValue == quantity)
    #expect(difference.first.name == name)
    #expect(difference.first.theirs == "9")
    #expect(difference.names == names)
    #expect(!comparison.isSame)
  }

  @Test func aTensorThatOneLacksDiffers() throws {
    let (small, large) = (try journal("a", [line(1, "1 2", names: ["a"])]), try journal("b", [line(1)]))
    #expect(try JournalComparison(small, large).difference?.description == "the gradient of b is none, not 3")
    #expect(try JournalComparison(large, small).difference?.description == "the gradient of b is 3, not none")
  }

  // MARK: - Many steps

  @Test func equalJournalsAreTheSame() throws {
    let lines = (1...5).map { line($0, "\($0) 2 3 4") }
    let comparison = try JournalComparison(try journal("a", lines), try journal("b", lines))
    #expect(comparison.isSame)
    #expect(comparison.common == 1..<6)
  }

  @Test func stepsThatOneLacksAreNotTheSame() throws {
    let (long, part) = (try journal("a", (1...6).map { line($0) }), try journal("b", (3...4).map { line($0) }))
    let comparison = try JournalComparison(long, part)
    #expect(comparison.difference == nil)
    #expect(comparison.common == 3..<5)
    #expect(comparison.onlyOurs == [1..<3, 5..<7])
    #expect(comparison.onlyTheirs.isEmpty)
    #expect(!comparison.isSame)
    #expect(try JournalComparison(part, long).onlyTheirs == [1..<3, 5..<7])
    #expect(try !JournalComparison(part, long).isSame)
    // Nothing in common is not the same either.
    #expect(try !JournalComparison(try journal("c", [line(9)]), part).isSame)
  }

  @Test func nothingIsLookedAtBehindTheLastStep() throws {
    let (a, b) = (
      try journal("a", (1...6).map { line($0) }),
      try journal("b", (1...4).map { line($0, $0 < 4 ? "1 2 3 4" : "9 9 9 9") })
    )
    #expect(try JournalComparison(a, b, through: 3).isSame)
    #expect(try JournalComparison(a, b, through: 4).difference?.step == 4)
    #expect(try !JournalComparison(a, try journal("c", (1...4).map { line($0) }), through: 5).isSame)
  }

  // MARK: - Files

  @Test func aTornLastLineDoesNotCount() throws {
    for end in ["", "{", line(3)] {
      #expect(try journal("j", line(1) + "\n" + line(2) + "\n" + end).steps == 1..<3)
    }
    #expect(try journal("j", "").steps.isEmpty)
  }

  @Test(arguments: [
    (["", "{}", ""], 1), (["x"], 1), ([#"{"step":-5,"tensors":[]}"#], 1),
    ([#"{"step":9223372036854775807,"tensors":[]}"#], 1),
  ])
  func aBrokenFirstLineIsNamed(_ lines: [String], _ number: Int) throws {
    let error = try #require(throws: FileError.self) { _ = try journal("j", lines) }
    #expect(error.kind == .malformed)
    #expect(error.message.contains("line \(number) "))
  }

  @Test(arguments: ["{}", "", #"{"step":3,"tensors":[]}"#]) func aBrokenLineIsNamed(_ second: String) throws {
    let journal = try journal("j", [line(1), second, line(3)])
    #expect(try journal.entry(3).step == 3)
    let error = try #require(throws: FileError.self) { _ = try journal.entry(2) }
    #expect(error.kind == .malformed)
    #expect(error.message.hasPrefix("line 2 "))
  }

  /// A journal that lacks the last steps before `step` is begun anew: its lines are consecutive steps.
  @Test(arguments: [(0, 0), (1, 1), (2, 2), (3, 3), (9, 0)]) func linesAfterTheStepAreDropped(step: Int, count: Int)
    throws
  {
    let lines = (1...3).map { line($0) + "\n" }
    try folder.write("j", Array((lines.joined() + "{\"st").utf8))
    let log = try JournalLog(folder("j"), continuing: step)
    #expect(try folder.text("j") == lines[..<count].joined())
    withExtendedLifetime(log) {}
  }

  @Test func aJournalMayBeginLate() throws {
    let log = try JournalLog(folder("j"), continuing: 7)
    for step in 8...9 { try log.append(JournalEntry(step: step, of: try TinyModel.arena())) }
    #expect(try Journal(folder("j")).steps == 8..<10)
  }
}
