import Runs

/// The options of `train` that say what the numbers of its epochs lead to.
enum StoppingOptions {
  static let options = [
    Option(
      "--monitor", "NAME",
      "what tells the best epoch: val_loss, val_accuracy, loss, accuracy or another metric (default val_accuracy, or val_loss)"
    ),
    Option("--min-delta", "X", "what a value must be better by (default 0)"),
    Option("--early-stopping", "EPOCHS", "stop when EPOCHS epochs in a row were no better"),
    Option("--keep-last", nil, "end an early stop with its last weights, not the best"),
    Option("--reduce-on-plateau", "X", "multiply the learning rate by X when some epochs in a row were no better"),
    Option("--plateau-patience", "EPOCHS", "how many epochs that are (default 10)"),
    Option("--min-rate", "X", "what a plateau does not bring the schedule's highest rate below (default 0)"),
  ]

  /// Replaces what the command line speaks of.
  static func apply(_ arguments: Arguments, to experiment: inout Experiment) throws(UsageError) {
    if let name = arguments.string("--monitor") { experiment.monitor = name }
    if let delta = try arguments.float("--min-delta", in: Experiment.rates) { experiment.minDelta = delta }
    if let epochs = try arguments.integer("--early-stopping", in: Experiment.counts) {
      experiment.earlyStopping = epochs
    }
    if arguments.has("--keep-last") { experiment.restoresBest = false }
    if let factor = try arguments.float("--reduce-on-plateau", in: Experiment.momenta) {
      experiment.plateauFactor = factor
    }
    if let epochs = try arguments.integer("--plateau-patience", in: Experiment.counts) {
      experiment.plateauPatience = epochs
    }
    if let rate = try arguments.float("--min-rate", in: Experiment.rates) {
      let highest = experiment.update.rule.schedule.rate
      experiment.minRateShare = highest > 0 ? min(1, rate / highest) : 0
    }
  }

  /// Refuses what would have no effect.
  ///
  /// - Parameter schedule: nil where it is a run's own, which is known later.
  static func check(_ arguments: Arguments, _ experiment: Experiment, _ schedule: Schedule?) throws(UsageError) {
    let isWatching = experiment.earlyStopping != nil || experiment.plateauFactor != nil
    if isWatching, schedule?.validateEvery == 0, experiment.monitor?.hasPrefix("val_") ?? true {
      throw UsageError(
        "--validate-every 0 leaves nothing to tell the best epoch by: validate, or take --monitor loss")
    }
    if let name = experiment.monitor, !Monitor.isKnown(name, metrics: experiment.metrics) {
      throw UsageError("\(arguments.name("--monitor")) takes \(Monitor.names(experiment.metrics)), got \(name)")
    }
    for (flag, needed, isThere) in [
      ("--keep-last", "--early-stopping", experiment.earlyStopping != nil),
      ("--plateau-patience", "--reduce-on-plateau", experiment.plateauFactor != nil),
      ("--min-rate", "--reduce-on-plateau", experiment.plateauFactor != nil),
    ] where arguments.has(flag) && !isThere {
      throw UsageError("\(arguments.name(flag)) has no meaning without \(needed)")
    }
  }
}
