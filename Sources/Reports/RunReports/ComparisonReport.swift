import Runs

/// Several runs side by side: what differs in their settings, their figures, and their curves in one chart each.
public struct ComparisonReport {
  private let runs: [RunReport]
  private let names: [String]
  private let written: String

  /// More lines in a chart could not be told apart.
  public static let mostRuns = 8

  /// Compares at least two runs.
  public init(_ runs: [RunReport], written: String) {
    precondition(2...Self.mostRuns ~= runs.count, "\(runs.count) runs cannot be compared")
    (self.runs, self.written) = (runs, written)
    // Folders of the same name are told apart by their paths.
    let own = runs.map(\.name)
    names = Set(own).count == own.count ? own : runs.map(\.path)
  }

  /// The page, as a file of HTML.
  public var html: String {
    let list = names.joined(separator: ", ")
    let heading: Markup = """
      <header><h1>\("run".counted(runs.count)) side by side</h1><p>\(list) · written \(written)</p></header>

      """
    return Page(title: list, parts: [heading, figures, differences, curves]).text
  }

  // MARK: - Figures

  private var figures: Markup {
    let rows = zip(names, runs).map { name, run -> [Markup] in
      let last = run.history.epochs.last
      let validated = run.history.epochs.last { $0.validationLoss != nil }
      func number(_ value: Float?) -> Markup { Markup(escaping: value?.figure ?? "–") }
      let best = run.best.map { "\($0.value.figure) (epoch \($0.epoch))" } ?? "–"
      return [
        Markup(escaping: name), Markup(escaping: run.status.rawValue),
        Markup(escaping: best), number(validated?.validationLoss), number(validated?.validationAccuracy),
        number(last?.loss),
        Markup(escaping: last.map { $0.epoch.grouped } ?? "–"), Markup(escaping: run.history.lastStep.grouped),
        Markup(escaping: run.history.medianSpeed.map { "\(Int($0.rounded()).grouped)/s" } ?? "–"),
        Markup(escaping: RunReport.time(run.history.epochs.reduce(0) { $0 + $1.seconds })),
      ]
    }
    let watched = Set(runs.compactMap { $0.best?.name }).count == 1 ? runs.first?.best?.name : nil
    let table = HTMLTable(
      caption: "Figures",
      heading: [
        "run", "state", "best \(watched ?? "epoch")", "validation loss",
        "validation accuracy",
        "training loss", "epochs", "steps", "samples", "time",
      ], rows: rows, textColumns: [1])
    return Section.make("Figures", lead: "After the last epoch of each, but for the best.", [table.markup])
  }

  // MARK: - Settings

  private var differences: Markup {
    let fields = runs.map { Dictionary($0.fields.map { ($0.name, $0.value) }) { first, _ in first } }
    let order = runs[0].fields.map(\.name)
    var rows = order.compactMap { name -> [Markup]? in
      let values = fields.map { $0[name] ?? "none" }
      guard Set(values).count > 1 else { return nil }
      return [Markup(escaping: name)] + values.map { Markup(escaping: $0.shortened(to: Self.valueWidth)) }
    }
    if Set(runs.map(\.experiment.network)).count > 1 { rows.append(["network"] + runs.map { network(of: $0) }) }
    guard !rows.isEmpty else {
      return Section.make("What differs", ["<p>Nothing: the runs have the same settings.</p>"])
    }
    let table = HTMLTable(
      caption: "Settings that differ", heading: ["setting"] + names.map { Markup(escaping: $0) }, rows: rows,
      textColumns: Set(1...names.count), style: "numeric settings")
    return Section.make("What differs", lead: "All other settings are the same.", [table.markup])
  }

  /// More is cut off.
  private static let valueWidth = 120

  /// How large a run's network is, and where it first differs from that of the first run.
  private func network(of run: RunReport) -> Markup {
    let size = run.model.map { "\("layer".counted($0.stages.count)), \($0.parameterCount.grouped) parameters" }
    guard let network = run.experiment.network else { return Markup(escaping: size ?? "unknown") }
    let difference = runs[0].experiment.network.flatMap { network.difference(from: $0) }
    return Markup(
      escaping: [size, difference?.shortened(to: Self.valueWidth)].compactMap(\.self).joined(separator: "; "))
  }

  // MARK: - Curves

  private var curves: Markup {
    let unit = runs.allSatisfy { $0.history.unit == "epoch" } ? "epoch" : "step"
    func chart(
      _ title: String, isLogarithmic: Bool = false, _ points: (RunHistory) -> [(x: Double, y: Double)]
    ) -> LineChart {
      let lines = runs.enumerated().map { index, run in
        LineChart.Line(name: names[index], points: points(run.history), style: index, hasDots: true)
      }
      return LineChart(title: title, xName: unit, lines: lines, mayBeLogarithmic: isLogarithmic)
    }
    var measured: [String] = []
    for name in runs.flatMap(\.history.names) where !measured.contains(name) { measured.append(name) }
    let charts =
      measured.flatMap { name in
        let isLoss = name == RunHistory.loss
        return [
          chart("\(name.asTitle), validation", isLogarithmic: isLoss) { $0.epochs(name, isValidation: true) },
          chart("\(name.asTitle), training", isLogarithmic: isLoss) {
            let epochs = $0.epochs(name, isValidation: false)
            return epochs.isEmpty ? $0.steps(name) : epochs
          },
        ]
      } + [
        chart("Learning rate", isLogarithmic: true) { $0.steps(RunHistory.rate) },
        chart("Throughput, samples a second") { $0.steps(RunHistory.speed) },
      ]
    return Section.make("How they went", [runs[0].grid(charts.map(\.markup))])
  }
}
