import FoundationEssentials
import Glibc
import Testing

/// What most tests train: 100 samples in batches of 40, 40 and 20, their slices 16, 16 and 8, or 16 and 4 samples.
let smallRun = "train --dataset synthetic --limit 100 --batch-size 40 --slice 16 --validate-every 0"

extension Program {
  /// Trains `smallRun` with more options; it must succeed.
  @discardableResult
  func train(
    _ options: String, ranks: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let outcome = try self("\(smallRun) \(options)", ranks: ranks)
    #expect(outcome.code == 0, "\(outcome.error)", sourceLocation: sourceLocation)
    return outcome
  }

  /// Goes on with a run; it must succeed.
  @discardableResult
  func resume(_ options: String, ranks: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws -> Outcome
  {
    let outcome = try self("train --resume \(options)", ranks: ranks)
    #expect(outcome.code == 0, "\(outcome.error)", sourceLocation: sourceLocation)
    return outcome
  }

  /// Waits until a run has that many lines of metrics.
  func wait(for lines: Int, in run: String) throws {
    for _ in 0..<6000 {
      if try lineCount(run) >= lines { return }
      usleep(10_000)
    }
    Issue.record("the run does not come to \(lines) lines of metrics")
  }

  /// How many lines of metrics a run has; none where there is no run yet.
  func lineCount(_ run: String) throws -> Int {
    guard try names(in: ".").contains(run), try names(in: run).contains("metrics.jsonl") else { return 0 }
    return try text("\(run)/metrics.jsonl").split(separator: "\n").count
  }

  /// The hash of the weights in a file, as `inspect` prints it.
  func hash(_ file: String) throws -> String {
    let outcome = try self("inspect \(file)")
    let line = try #require(outcome.lines.last { $0.hasPrefix("weights sha256: ") }, "\(outcome.error)")
    return String(line.dropFirst(16))
  }

  /// The hash of a run's last weights.
  func finalHash(_ run: String) throws -> String { try hash("\(run)/checkpoints/latest") }

  /// The lines of a run's metrics, as JSON objects.
  func metrics(_ run: String) throws -> [[String: MetricsValue]] {
    try text("\(run)/metrics.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode([String: MetricsValue].self, from: Data($0.utf8))
    }
  }

  /// The same without what depends on the machine's speed.
  func timelessMetrics(_ run: String) throws -> [[String: MetricsValue]] {
    try metrics(run).map { $0.filter { !["images_per_second", "exposed_exchange", "seconds"].contains($0.key) } }
  }
}

/// A value in a line of metrics.
enum MetricsValue: Decodable, Equatable {
  case number(Double)
  case text(String)
  case numbers([String: Double])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else {
      self = .numbers(try container.decode([String: Double].self))
    }
  }

  var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }
}
