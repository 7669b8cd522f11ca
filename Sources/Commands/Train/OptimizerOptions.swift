import Runs
import Training

/// The options of `train` that say how gradients turn into steps.
enum OptimizerOptions {
  static let options = [
    Option("--optimizer", "NAME", "\(list(OptimizerKind.allCases)) (default sgd)"),
    Option(
      "--learning-rate", "X", "the rate of the first step, or the schedule's highest (default 0.01, Adam's 0.001)"),
    Option("--momentum", "X", "SGD's momentum (default 0.5)"),
    Option("--nesterov", nil, "SGD's momentum is Nesterov's"),
    Option("--beta1", "X", "how much of the gradient's running mean Adam keeps in a step (default 0.9)"),
    Option("--beta2", "X", "how much of its square's running mean Adam keeps in a step (default 0.999)"),
    Option("--epsilon", "X", "what Adam adds to the root of that mean (default 1e-7)"),
    Option("--weight-decay", "X", "take X * rate of each weight off in every step (default 0, adamw's 0.004)"),
    Option("--clip-norm", "X", "cut a gradient down to the norm X where it is longer"),
    Option("--schedule", "NAME", "\(list(ScheduleKind.allCases)) (default time, Adam's constant)"),
    Option("--decay", "X", "time: rate / (1 + X * step) (default 4e-4)"),
    Option("--drop-every", "STEPS", "step: how many steps lie between two drops"),
    Option("--drop-factor", "X", "step: what a drop multiplies the rate by (default 0.1)"),
    Option(
      "--schedule-steps", "N",
      "cosine, triangular, one-cycle: their end (default the run's as first started; --resume beyond it may move it)"),
    Option("--warm-up", "STEPS", "rise linearly to the rate in the first STEPS steps (default 0)"),
  ]

  /// Replaces what the command line speaks of.
  static func apply(_ arguments: Arguments, to experiment: inout Experiment) throws(UsageError) {
    // Another rule brings its own defaults; the one that a run has already brings none.
    if let kind = try choice("--optimizer", OptimizerKind.self, arguments), kind != experiment.optimizer {
      experiment.adopt(kind)
    }
    try set(&experiment.learningRate, "--learning-rate", in: Experiment.rates, arguments)
    try set(&experiment.momentum, "--momentum", in: Experiment.momenta, arguments)
    if arguments.has("--nesterov") { experiment.nesterov = true }
    try set(&experiment.beta1, "--beta1", in: Experiment.momenta, arguments)
    try set(&experiment.beta2, "--beta2", in: Experiment.momenta, arguments)
    try set(&experiment.epsilon, "--epsilon", in: Experiment.rates, arguments)
    try set(&experiment.weightDecay, "--weight-decay", in: Experiment.rates, arguments)
    if let norm = try arguments.float("--clip-norm", in: Experiment.norms) { experiment.clipNorm = norm }
    if let kind = try choice("--schedule", ScheduleKind.self, arguments) { experiment.schedule = kind }
    try set(&experiment.decay, "--decay", in: Experiment.rates, arguments)
    if let steps = try arguments.integer("--drop-every", in: Experiment.counts) { experiment.dropEvery = steps }
    try set(&experiment.dropFactor, "--drop-factor", in: Experiment.rates, arguments)
    if let steps = try arguments.integer("--schedule-steps", in: Experiment.counts) { experiment.scheduleSteps = steps }
    if let steps = try arguments.integer("--warm-up", in: Schedule.counts) { experiment.warmUp = steps }
  }

  /// Refuses options that would have no effect: whoever gives one expects it to have one.
  static func check(_ arguments: Arguments, _ experiment: Experiment) throws(UsageError) {
    let isAdam = experiment.optimizer != .sgd
    for flag in isAdam ? ["--momentum", "--nesterov"] : ["--beta1", "--beta2", "--epsilon"] where arguments.has(flag) {
      throw UsageError("\(flag) has no meaning for the optimizer \(experiment.optimizer.rawValue)")
    }
    let schedule = experiment.schedule
    for (flag, isMeant) in [
      ("--decay", schedule == .time), ("--drop-every", schedule == .step), ("--drop-factor", schedule == .step),
      ("--schedule-steps", schedule.hasLength),
    ] where arguments.has(flag) && !isMeant {
      throw UsageError("\(flag) has no meaning for the schedule \(schedule.rawValue)")
    }
    if schedule == .step && experiment.dropEvery == nil {
      throw UsageError("--schedule step needs --drop-every STEPS, the steps between two drops")
    }
    if let steps = experiment.scheduleSteps, steps <= experiment.warmUp {
      throw UsageError("--schedule-steps \(steps) leaves nothing behind --warm-up \(experiment.warmUp)")
    }
  }

  private static func set(
    _ field: inout Float, _ flag: String, in range: Range<Float>, _ arguments: Arguments
  ) throws(UsageError) {
    if let value = try arguments.float(flag, in: range) { field = value }
  }

  private static func choice<Kind: RawRepresentable<String> & CaseIterable>(
    _ flag: String, _ kind: Kind.Type, _ arguments: Arguments
  ) throws(UsageError) -> Kind? {
    try arguments.choice(flag, of: Kind.allCases.map(\.rawValue)).flatMap(Kind.init)
  }

  private static func list<Kind: RawRepresentable<String>>(_ kinds: [Kind]) -> String {
    let names = kinds.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}
