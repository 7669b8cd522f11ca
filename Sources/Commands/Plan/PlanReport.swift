import Reports
import Runs
import Training

/// A plan as it is printed: its fields are those of `--json`.
struct PlanReport: Encodable {
  /// The network and its samples.
  let model: String
  let parameters: Int
  let samples: Int
  let batch: Int
  let slice: Int
  let slices: Int
  /// The operations of a training step, for one sample and for all.
  let operationsPerSample: Int
  let operationsPerStep: Double
  /// The cores of a host.
  let cores: Int
  /// What was measured; nil where the network does not fit here.
  let measured: Rehearsal?
  let network: Network
  let rows: [ScalingPlan.Row]
  /// The efficiency from which on ranks pay, and the most ranks that have it up to the last row; nil where none has.
  let worth: Double
  let mostRanksWorth: Int?
  /// What keeps the first row that does not fit from training.
  let refusal: String?
  /// What would feed the first row's threads that have no slice.
  let idleness: String?
  let largerBatches: [Alternative]

  /// What a larger batch would do.
  struct Alternative: Encodable {
    let factor: Int
    let batch: Int
    let learningRate: Float
    let advice: [String]
    let rows: [ScalingPlan.Row]
    let mostRanksWorth: Int?
  }

  /// Asks `plan` for every row.
  init(_ plan: ScalingPlan, ranks: [Int], factors: [Int], worth: Double) {
    let question = plan.question
    let last = ranks.last ?? 1
    model = question.model.name
    parameters = question.model.parameterCount
    (samples, batch, slice) = (question.samples, question.batch, question.experiment.slice)
    (slices, cores) = (question.slices, question.cores)
    (operationsPerSample, operationsPerStep) = (question.operationsPerSample, question.operationsPerStep)
    (measured, network) = (plan.rehearsal, plan.network)
    rows = ranks.map { plan.row($0) }
    self.worth = worth
    mostRanksWorth = plan.most(worth: worth, upTo: last)
    refusal = rows.first { !$0.fits }.flatMap { plan.refusal($0.ranks) }
    idleness = rows.first { $0.idleThreads > 0 }.flatMap { plan.idleness($0.ranks) }
    largerBatches = factors.filter { question.batch * $0 <= question.samples }.map { factor in
      Alternative(
        factor: factor, batch: question.batch * factor,
        learningRate: LargerBatch.learningRate(question.experiment, factor: factor),
        advice: LargerBatch.advice(question.experiment, factor: factor, samples: question.samples),
        rows: ranks.map { plan.row($0, factor: factor) },
        mostRanksWorth: plan.most(worth: worth, upTo: last, factor: factor))
    }
    input = "\(question.model.input)"
  }

  /// The shape of a sample.
  let input: String
}

// MARK: - For people

extension PlanReport {
  /// What is said on a terminal.
  func lines(_ network: Network, _ rehearsal: Rehearsal?) -> [String] {
    var lines = [
      "network     \(model), input \(input): \(parameters.grouped) parameters",
      "batch       \(batch.grouped) of \("sample".counted(samples)) in slices of \(slice): \("slice".counted(slices)), "
        + "\("step".counted((samples - 1) / batch + 1)) an epoch",
      "operations  \(Self.operations(Double(operationsPerSample))) a sample to train, "
        + "\(Self.operations(operationsPerStep)) a step",
      "hosts       \("core".counted(cores)) each\(Self.words(network))",
      "measured    \(Self.words(rehearsal))", "",
    ]
    lines += Self.table(rows) + [""] + verdict
    for batch in largerBatches {
      lines += ["", "With a batch of \(batch.batch.grouped), \(batch.factor) times as large:"]
      lines += Self.table(batch.rows) + batch.advice.map { "  \($0)" }
    }
    return lines
  }

  private static func table(_ rows: [ScalingPlan.Row]) -> [String] {
    let heading = [
      "ranks", "hosts", "threads", "slices", "idle", "memory/rank", "/host", "sent/rank", "step", "images/s",
      "efficiency",
    ]
    return Table.lines(
      [heading]
        + rows.map { row in
          [
            row.ranks.grouped, row.hosts.grouped, "\(row.threads)", "\(row.slicesPerThread)", row.idleThreads.grouped,
            bytes(row.rankMemory), bytes(row.hostMemory), bytes(row.sentBytes),
            row.stepSeconds.map(time) ?? (row.fits ? "-" : "too large"),
            row.imagesPerSecond.map { $0 < 10 ? $0.fixed(2) : Int($0.rounded()).grouped } ?? "-",
            row.efficiency.map { "\(($0 * 100).fixed(0)) %" } ?? "-",
          ]
        })
  }

  /// What follows from the table.
  private var verdict: [String] {
    var lines: [String] = []
    if let refusal { lines.append("Too large: \(refusal).") }
    if let idleness, let row = rows.first(where: { $0.idleThreads > 0 }) {
      let ranks = row.idleRanks > 0 ? " (\("rank".counted(row.idleRanks)) would have nothing to do)" : ""
      lines.append("On \("rank".counted(row.ranks))\(ranks) \(idleness).")
    }
    guard rows.contains(where: { $0.efficiency != nil }), let last = rows.last else { return lines }
    let share = "\((worth * 100).fixed(0)) %"
    switch mostRanksWorth {
    case nil: lines.append("No number of ranks up to \(last.ranks.grouped) has an efficiency of \(share).")
    case last.ranks?:
      lines.append(
        "It pays up to \("rank".counted(last.ranks)), the most that were asked for: an efficiency of \(share) or more.")
    case let most?: lines.append("Beyond \("rank".counted(most)) it does not pay: the efficiency is under \(share).")
    }
    return lines
  }

  // MARK: - Words

  private static func words(_ network: Network) -> String {
    let figures =
      "\(bytes(Int(network.bytesPerSecond)))/s each way (\(operations(network.bytesPerSecond * 8, unit: "b/s"))), "
      + "a message \(time(network.delay)) under way"
    switch network.source {
    case .told: return "; between them \(figures), as told"
    case .hosts: return "; between them \(figures), as measured"
    case .ranks:
      return "; between ranks of one host \(figures), as measured; for a network between hosts see --link"
    case .memory:
      return "; between ranks of one host \(bytes(Int(network.bytesPerSecond)))/s, as memory is copied; for a network "
        + "between hosts see --link"
    }
  }

  private static func words(_ rehearsal: Rehearsal?) -> String {
    guard let rehearsal else { return "nothing: the network does not fit into this machine's memory" }
    let figures =
      "\(time(rehearsal.waveSeconds)) a wave and \(time(rehearsal.sampleSeconds)) a sample on one thread, "
      + "\(rehearsal.crowding.fixed(2)) times that on \("busy core".counted(rehearsal.cores)), "
      + "\(time(rehearsal.updateSeconds)) an update"
    return rehearsal.isMeasured
      ? figures : "\(figures); estimated from \(operations(rehearsal.productRate, unit: "FLOP/s")) of a product"
  }

  /// `75.5 MFLOP`.
  private static func operations(_ number: Double, unit: String = "FLOP") -> String {
    scaled(number, ["", "k", "M", "G", "T", "P", "E"], unit)
  }

  private static func bytes(_ number: Int) -> String {
    scaled(Double(number), ["", "k", "M", "G", "T", "P", "E"], "B")
  }

  /// With three digits that count.
  private static func scaled(_ number: Double, _ prefixes: [String], _ unit: String) -> String {
    var (number, index) = (number, 0)
    while number >= 999.5, index < prefixes.count - 1 { (number, index) = (number / 1000, index + 1) }
    let digits = index == 0 ? 0 : number < 9.995 ? 2 : number < 99.95 ? 1 : 0
    return "\(number.fixed(digits)) \(prefixes[index])\(unit)"
  }

  private static func time(_ seconds: Double) -> String {
    for (unit, factor) in [("s", 1.0), ("ms", 1e3), ("µs", 1e6)] where seconds * factor >= 1 {
      let number = seconds * factor
      return "\(number.fixed(number < 10 ? 2 : number < 100 ? 1 : 0)) \(unit)"
    }
    return seconds == 0 ? "0 s" : "\((seconds * 1e9).fixed(0)) ns"
  }
}
