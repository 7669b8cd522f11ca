import Glibc

/// What a worker does with its time.
enum Activity: String, Codable, CaseIterable {
  /// Loading pixels and labels.
  case data
  /// Forward, loss and backward, with the exchange that goes on meanwhile.
  case compute
  /// Waiting for other workers of the rank.
  case wait
  /// Waiting for the gradients of other ranks.
  case exchange
  /// The optimiser.
  case update
}

/// One stretch of a worker's time, in nanoseconds of the clock that all processes of a host share.
struct Span: Codable, Equatable {
  let activity: Activity
  let step: Int
  let start: Int
  let end: Int
}

/// Notes the spans of one worker, while its session is younger than `steps` steps. Only that worker's thread touches it
/// during a step.
final class SpanLog {
  /// How many steps a profile covers: enough for a median, and few enough for a trace viewer.
  static let steps = 100

  private(set) var spans: [Span] = []
  /// The step that is being taken.
  var step = 0
  private var firstStep: Int?

  /// Runs `body` and notes how long it took.
  func note<Result>(_ activity: Activity, _ body: () throws -> Result) rethrows -> Result {
    let first = firstStep ?? step
    firstStep = first
    guard step < first + Self.steps else { return try body() }
    let start = Self.now
    defer { spans.append(Span(activity: activity, step: step, start: start, end: Self.now)) }
    return try body()
  }

  static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}

extension Optional where Wrapped == SpanLog {
  /// Runs `body`, and notes how long it took where there is a log.
  func note<Result>(_ activity: Activity, _ body: () throws -> Result) rethrows -> Result {
    guard let self else { return try body() }
    return try self.note(activity, body)
  }
}
