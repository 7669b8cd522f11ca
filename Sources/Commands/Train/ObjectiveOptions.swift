import Objectives
import Reports
import Runs

/// The options of `train` that say what is made small, and what is measured.
enum ObjectiveOptions {
  static let options = [
    Option(
      "--loss", "NAME", choices: LossKind.allCases.map(\.rawValue),
      "\(LossKind.allCases.map(\.rawValue).joined(separator: ", ")) (default what goes with the network's end and the data)"
    ),
    Option("--huber-delta", "X", "huber: where it turns from squared to absolute (default 1)"),
    Option("--label-smoothing", "X", "give X of each target to all classes alike (default 0)"),
    Option("--metrics", "NAMES", "\(Metric.expectation), with commas between (default accuracy)"),
    Option(
      "--class-weight", "WEIGHTS",
      "how much each class counts: CLASS=X with commas between, by name or number, or balanced (default 1 each)"),
  ]

  /// Replaces what the command line speaks of.
  static func apply(_ arguments: Arguments, to experiment: inout Experiment) throws(UsageError) {
    if let name = arguments.string("--loss") {
      guard let kind = LossKind(name: name) else {
        throw UsageError(
          "\(arguments.name("--loss")) takes \(LossKind.allCases.map(\.rawValue).alternatives), got \(name)")
      }
      if experiment.loss?.kind != kind { experiment.loss = Loss(kind) }
    }
    if let delta = try arguments.float("--huber-delta", in: Float.leastNonzeroMagnitude..<Float.infinity) {
      guard experiment.loss?.kind == .huber else {
        throw UsageError("\(arguments.name("--huber-delta")) has no meaning without --loss huber")
      }
      experiment.loss?.delta = delta
    }
    if let smoothing = try arguments.float("--label-smoothing", in: Experiment.momenta) {
      experiment.labelSmoothing = smoothing
    }
    if let names = arguments.string("--metrics") {
      var metrics: [Metric] = []
      for name in names.split(separator: ",", omittingEmptySubsequences: false) {
        guard let metric = Metric(name: String(name)) else {
          throw UsageError(
            "\(arguments.name("--metrics")) takes \(Metric.expectation), with commas between, got \(name)")
        }
        if !metrics.contains(metric) { metrics.append(metric) }
      }
      experiment.metrics = metrics
    }
  }
}
