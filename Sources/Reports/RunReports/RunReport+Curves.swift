import Objectives

extension RunReport {
  /// The places where the run was gone on with.
  private var restarts: [(x: Double, word: String)] {
    sessions.filter { $0.step > 0 }.map { (history.place(ofStep: $0.step), "resumed") }
  }

  var curves: Markup {
    var charts = history.names.map { name in
      LineChart(
        title: name == RunHistory.loss ? "Loss" : name.asTitle, xName: history.unit, lines: lines(of: name),
        marks: restarts,
        mayBeLogarithmic: name == RunHistory.loss)
    }
    let rate = history.steps(RunHistory.rate)
    charts.append(
      LineChart(
        title: "Learning rate", xName: history.unit,
        lines: [.init(name: "learning rate", points: rate, style: 4)], marks: restarts, mayBeLogarithmic: true))
    charts.append(
      LineChart(
        title: "Throughput", xName: history.unit,
        lines: [.init(name: "samples a second", points: history.steps(RunHistory.speed), style: 5)], marks: restarts))
    let skipped = history.epochs.last?.skippedSteps ?? 0
    let note: Markup =
      skipped > 0
      ? "<p class=\"note\">\("step".counted(skipped)) left out, because their loss or gradient was no finite number.</p>"
      : ""
    return Section.make("How it went", [grid(charts.map(\.markup)), note])
  }

  /// Charts side by side where there is room.
  func grid(_ figures: [Markup]) -> Markup {
    let shown = figures.filter { !$0.isEmpty }
    return shown.isEmpty ? "" : "<div class=\"two\">\n\(shown)</div>\n"
  }

  /// What is measured under a name: of epochs, and behind it of steps.
  private func lines(of name: String) -> [LineChart.Line] {
    let training = history.epochs(name, isValidation: false)
    let validation = history.epochs(name, isValidation: true)
    let steps = history.steps(name)
    var lines: [LineChart.Line] = []
    if steps.count > 1 && steps.count > training.count {
      lines.append(.init(name: "training, steps", points: steps, style: 0, isThin: !training.isEmpty))
    }
    if !training.isEmpty { lines.append(.init(name: "training", points: training, style: 0, hasDots: true)) }
    if !validation.isEmpty { lines.append(.init(name: "validation", points: validation, style: 1, hasDots: true)) }
    return lines
  }
}

extension String {
  /// `mean_absolute_error` as `Mean absolute error`.
  var asTitle: String {
    guard self != Metric.auc.name else { return "AUC" }
    let words = replacing("_", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
