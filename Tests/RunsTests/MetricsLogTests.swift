import Files
import FoundationEssentials
import Runs
import TestSupport
import Testing

@Suite struct MetricsLogTests {
  private let folder: TemporaryFolder
  private static let lines = [
    #"{"kind":"step","step":1,"epoch":1}"#, #"{"kind":"step","step":2,"epoch":1}"#, #"{"kind":"epoch","epoch":1}"#,
    #"{"kind":"step","step":3,"epoch":2}"#, #"{"kind":"step","step":4,"epoch":2}"#, #"{"kind":"epoch","epoch":2}"#,
  ]

  private struct Line: Encodable {
    let kind = "step"
    let epoch = 3
    let step = 5
    let loss: Float
  }

  init() throws { folder = try TemporaryFolder() }

  /// What is left of `text` once a run goes on after `step` steps and `epoch` whole epochs.
  private func left(of text: String, step: Int, epoch: Int) throws -> String {
    try folder.write("m", Array(text.utf8))
    var state = TrainingState()
    state.step = step
    state.epoch = epoch
    _ = try MetricsLog(folder("m"), continuing: state)
    return try folder.text("m")
  }

  private func text(_ count: Int) -> String { Self.lines[..<count].map { $0 + "\n" }.joined() }

  @Test(arguments: [(0, 0, 0), (1, 0, 1), (2, 0, 2), (2, 1, 3), (3, 1, 4), (4, 1, 5), (4, 2, 6), (9, 9, 6)])
  func linesAfterTheStateAreDropped(step: Int, epoch: Int, count: Int) throws {
    #expect(try left(of: text(6), step: step, epoch: epoch) == text(count))
  }

  /// However much of the last line a crash left, the next line starts afresh.
  @Test func aTornLastLineIsDropped() throws {
    let last = Self.lines[4]
    for count in 0..<last.utf8.count {
      #expect(
        try left(of: text(4) + last.prefix(count), step: 9, epoch: 9) == text(4), "\(count) bytes of the last line")
    }
    #expect(try left(of: text(4) + last, step: 9, epoch: 9) == text(5))  // torn off is its end alone
  }

  @Test func nothingBehindATornLineIsTrusted() throws {
    #expect(try left(of: text(2) + "{\"ki\n" + text(6), step: 9, epoch: 9) == text(2))
    #expect(try left(of: text(2) + "\u{0}\u{0}\u{0}", step: 9, epoch: 9) == text(2))
  }

  @Test func aWholeLogIsNotWrittenAnew() throws {
    try folder.write("m", Array(text(6).utf8))
    var state = TrainingState()
    (state.step, state.epoch) = (4, 2)
    // A second name of the same file: a rewritten one would be a new file.
    try FileManager.default.linkItem(atPath: folder("m"), toPath: folder("same"))
    let log = try MetricsLog(folder("m"), continuing: state)
    try log.append(Line(loss: 1))
    #expect(try folder.bytes("m") == folder.bytes("same"))
  }

  @Test func linesAreAppended() throws {
    try folder.write("m", Array(text(6).utf8))
    var state = TrainingState()
    (state.step, state.epoch) = (4, 2)
    let log = try MetricsLog(folder("m"), continuing: state)
    try log.append(Line(loss: 0.1))
    try log.append(Line(loss: .nan))
    try log.append(Line(loss: -.infinity))
    let start = #"{"epoch":3,"kind":"step","loss":"#
    #expect(
      try folder.text("m") == text(6) + start + "0.1,\"step\":5}\n" + start + "\"NaN\",\"step\":5}\n" + start
        + "\"-Infinity\",\"step\":5}\n")
  }

  @Test func aLogThatIsGoneIsBegunAnew() throws {
    var state = TrainingState()
    state.step = 4
    try MetricsLog(folder("none"), continuing: state).append(Line(loss: 1))
    #expect(try folder.text("none").hasPrefix("{"))
  }

  @Test func whatIsNoFileIsNamed() throws {
    let error = try #require(throws: FileError.self) {
      _ = try MetricsLog(folder.path, continuing: TrainingState())
    }
    #expect(error.kind == .malformed && error.path == folder.path)
  }
}
