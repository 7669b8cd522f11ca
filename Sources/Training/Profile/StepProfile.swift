import Collectives
import Files
import Runs

/// Where the time of a session's steps went, on all ranks.
public struct StepProfile {
  /// The times of one step on rank 0, in milliseconds.
  public struct Step: Equatable, Sendable {
    /// How many steps were done, this one included.
    public let step: Int
    /// Loading pixels and labels, the mean over workers.
    public let data: Double
    /// Forward, loss and backward, likewise.
    public let compute: Double
    /// Waiting for the slowest worker, of this rank or another, before the last gradient could be sent.
    public let wait: Double
    /// Waiting for gradients that were under way.
    public let exposedExchange: Double
    /// The optimiser.
    public let update: Double
    /// The share of the exchange, from the first bucket handed over to the last sum received, that went on while
    /// something was computed or the slowest worker was waited for.
    public let hiddenShare: Double
  }

  /// One worker's spans.
  struct Row: Codable {
    let rank: Int
    let worker: Int
    let spans: [Span]
    /// When the first bucket of each step was handed over; on worker 0 alone.
    let exchangeStarts: [Int: Int]
  }

  /// Every worker of every rank.
  let rows: [Row]
  /// The steps that were noted.
  public let steps: [Step]

  /// Whether there is more than one rank.
  public var isExchanging: Bool { rows.contains { $0.rank > 0 } }

  /// Puts together what all ranks noted. All ranks call it and get the same.
  init(_ own: [Row], _ communicator: any Communicator) throws {
    rows = try communicator.allGather(try JSON.line(own)).flatMap { try JSON.decode([Row].self, $0) }
    steps = Self.summarize(rows)
  }

  /// What one rank noted, as far as it can tell: it waits alike for gradients and for slower ranks. Nil where nothing was.
  init?(ofOneRank own: [Row]) {
    (rows, steps) = (own, Self.summarize(own))
    if steps.isEmpty { return nil }
  }

  private static func summarize(_ rows: [Row]) -> [Step] {
    guard let main = rows.first else { return [] }
    let steps = Set(main.spans.map(\.step)).sorted()
    let own = rows.filter { $0.rank == main.rank }
    return steps.compactMap { step in
      /// Milliseconds of one activity in this step, the mean over rank 0's workers.
      func mean(_ activity: Activity) -> Double {
        let spans = own.flatMap(\.spans).filter { $0.step == step && $0.activity == activity }
        return Double(spans.reduce(0) { $0 + $1.end - $1.start }) / Double(own.count) / 1e6
      }
      // Every rank starts to wait for the exchange when its own part is done; before the last has, the wait is for it.
      let waits = rows.flatMap(\.spans).filter { $0.step == step && $0.activity == .exchange }
      guard let exchange = main.spans.first(where: { $0.step == step && $0.activity == .exchange }) else { return nil }
      let lastStart = min(max(waits.map(\.start).max() ?? exchange.start, exchange.start), exchange.end)
      let exposed = Double(exchange.end - lastStart) / 1e6
      let whole = Double(exchange.end - (main.exchangeStarts[step] ?? exchange.start)) / 1e6
      return Step(
        step: step + 1, data: mean(.data), compute: mean(.compute),
        wait: mean(.wait) + Double(lastStart - exchange.start) / 1e6, exposedExchange: exposed,
        update: mean(.update), hiddenShare: whole > 0 ? max(0, 1 - exposed / whole) : 0)
    }
  }

  /// The median over steps of one of their figures.
  public func median(_ figure: (Step) -> Double) -> Double {
    let sorted = steps.map(figure).sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  /// Writes the spans as a Chrome trace (chrome://tracing, Perfetto): one process per rank, one row per worker.
  ///
  /// - Throws: `FileError` when it cannot be written.
  public func writeTrace(to path: String) throws {
    let origin = rows.flatMap(\.spans).map(\.start).min() ?? 0
    var events = rows.flatMap { row in
      row.spans.map {
        TraceEvent(
          name: $0.activity.rawValue, ph: "X", ts: Double($0.start - origin) / 1e3,
          dur: Double($0.end - $0.start) / 1e3, pid: row.rank, tid: row.worker, args: ["step": Double($0.step + 1)])
      }
    }
    for step in steps {
      let spans = rows.first?.spans.filter { $0.step == step.step - 1 } ?? []
      guard let start = spans.map(\.start).min() else { continue }
      events.append(
        TraceEvent(
          name: "step", ph: "C", ts: Double(start - origin) / 1e3, dur: 0, pid: 0, tid: 0,
          args: [
            "data": step.data, "compute": step.compute, "wait": step.wait, "exposed exchange": step.exposedExchange,
            "update": step.update,
          ]))
    }
    try AtomicFile.write(path, text: try JSON.line(["traceEvents": events]))
  }

  /// One event of the trace format; times in microseconds.
  private struct TraceEvent: Encodable {
    let name: String
    let ph: String
    let ts: Double
    let dur: Double
    let pid: Int
    let tid: Int
    let args: [String: Double]
  }
}
