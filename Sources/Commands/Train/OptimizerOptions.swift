import Runs
import Training

/// The options of `train` that say how gradients turn into steps.
enum OptimizerOptions {
  static let options = [
    Option(
      "--optimizer", "NAME", choices: OptimizerKind.allCases.map(\.rawValue),
      "\(list(OptimizerKind.allCases)) (default sgd)"),
    Option("--momentum", "X", "sgd's momentum (default 0.5), or rmsprop's (default 0)"),
    Option("--nesterov", nil, "SGD's momentum is Nesterov's"),
    Option("--beta1", "X", "how much of the gradient's running mean Adam and its kin keep (default 0.9)"),
    Option("--beta2", "X", "how much of its square's, or lion's second mean, they keep (default 0.999, lion's 0.99)"),
    Option("--epsilon", "X", "what is added to the root of that mean, or under it (default 1e-7)"),
    Option(
      "--rho", "X", "how much of the squares' running mean rmsprop and adadelta keep (default 0.9, adadelta's 0.95)"),
    Option("--centered", nil, "rmsprop takes the square of the gradient's mean off"),
    Option("--amsgrad", nil, "the largest of Adam's second means so far counts"),
    Option("--initial-accumulator", "X", "where adagrad's sums of squares begin (default 0.1)"),
    Option("--weight-decay", "X", "take X * rate of each weight off in every step (default 0, adamw's 0.004)"),
    Option("--clip-norm", "X", "cut the whole gradient down to the norm X where it is longer"),
    Option("--clip-tensor-norm", "X", "cut each tensor's gradient down to the norm X where it is longer"),
    Option("--clip-value", "X", "cut each number of a gradient off at X and -X"),
    Option("--ema", "X", "keep a running mean of the weights, X of it in each step, and judge that"),
  ]

  /// The options of the learning rate.
  static let rates = [
    Option(
      "--learning-rate", "X", "the rate of the first step, or the schedule's highest (default 0.01, others' 0.001)"),
    Option(
      "--schedule", "NAME", choices: ScheduleKind.allCases.map(\.rawValue),
      "\(list(ScheduleKind.allCases)) (default time, for all but sgd constant)"),
    Option("--decay", "X", "time: rate / (1 + X * step) (default 4e-4)"),
    Option("--drop-every", "STEPS", "step, exponential: how many steps lie between two drops"),
    Option("--drop-factor", "X", "step, exponential: what a drop multiplies the rate by (default 0.1)"),
    Option("--end-rate", "X", "polynomial: the rate at the end (default 1e-4)"),
    Option("--power", "X", "polynomial: the power of what is left of the way (default 1)"),
    Option("--rates", "LIST", "piecewise: STEP=RATE with commas between, each from its step on"),
    Option("--rates-file", "FILE", "file: a line STEP,RATE for each of some steps, straight lines between them"),
    Option(
      "--schedule-steps", "N",
      "cosine, triangular, one-cycle, polynomial: their end (default the run's as first started; --resume beyond it may move it)"
    ),
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
    try set(&experiment.rho, "--rho", in: Experiment.momenta, arguments)
    if arguments.has("--centered") { experiment.centered = true }
    if arguments.has("--amsgrad") { experiment.amsgrad = true }
    try set(&experiment.initialAccumulator, "--initial-accumulator", in: Experiment.rates, arguments)
    try set(&experiment.weightDecay, "--weight-decay", in: Experiment.rates, arguments)
    if let norm = try arguments.float("--clip-norm", in: Experiment.norms) { experiment.clipNorm = norm }
    if let norm = try arguments.float("--clip-tensor-norm", in: Experiment.norms) { experiment.clipTensorNorm = norm }
    if let limit = try arguments.float("--clip-value", in: Experiment.norms) { experiment.clipValue = limit }
    if let share = try arguments.float("--ema", in: Experiment.momenta) { experiment.ema = share }
    try set(&experiment.endRate, "--end-rate", in: Experiment.rates, arguments)
    try set(&experiment.power, "--power", in: Experiment.rates, arguments)
    if let points = try RateOptions.points(arguments) { experiment.ratePoints = points }
    if let kind = try choice("--schedule", ScheduleKind.self, arguments) { experiment.schedule = kind }
    try set(&experiment.decay, "--decay", in: Experiment.rates, arguments)
    if let steps = try arguments.integer("--drop-every", in: Experiment.counts) { experiment.dropEvery = steps }
    try set(&experiment.dropFactor, "--drop-factor", in: Experiment.rates, arguments)
    if let steps = try arguments.integer("--schedule-steps", in: Experiment.counts) { experiment.scheduleSteps = steps }
    if let steps = try arguments.integer("--warm-up", in: Schedule.counts) { experiment.warmUp = steps }
  }

  /// Refuses options that would have no effect: whoever gives one expects it to have one.
  static func check(_ arguments: Arguments, _ experiment: Experiment) throws(UsageError) {
    let kind = experiment.optimizer
    for (flag, isMeant) in [
      ("--momentum", kind == .sgd || kind == .rmsprop), ("--nesterov", kind == .sgd),
      ("--beta1", kind.hasMeans || kind == .lion), ("--beta2", kind.hasMeans || kind == .lion),
      ("--epsilon", kind != .sgd && kind != .lion), ("--rho", kind == .rmsprop || kind == .adadelta),
      ("--centered", kind == .rmsprop),
      ("--amsgrad", kind == .adam || kind == .adamw), ("--initial-accumulator", kind == .adagrad),
    ] where arguments.has(flag) && !isMeant {
      throw UsageError("\(flag) has no meaning for the optimizer \(kind.rawValue)")
    }
    let clippings = [experiment.clipNorm, experiment.clipTensorNorm, experiment.clipValue].compactMap(\.self)
    guard clippings.count <= 1 else {
      throw UsageError("gradients are clipped in one way: --clip-norm, --clip-tensor-norm or --clip-value")
    }
    let schedule = experiment.schedule
    for (flag, isMeant) in [
      ("--decay", schedule == .time), ("--drop-every", schedule == .step || schedule == .exponential),
      ("--drop-factor", schedule == .step || schedule == .exponential), ("--end-rate", schedule == .polynomial),
      ("--power", schedule == .polynomial), ("--rates", schedule == .piecewise), ("--rates-file", schedule == .file),
      ("--schedule-steps", schedule.hasLength),
    ] where arguments.has(flag) && !isMeant {
      throw UsageError("\(flag) has no meaning for the schedule \(schedule.rawValue)")
    }
    if (schedule == .step || schedule == .exponential) && experiment.dropEvery == nil {
      throw UsageError("--schedule \(schedule.rawValue) needs --drop-every STEPS, the steps between two drops")
    }
    if (schedule == .piecewise || schedule == .file) && experiment.ratePoints == nil {
      throw UsageError(
        schedule == .file
          ? "--schedule file needs --rates-file FILE, a line STEP,RATE for each of some steps"
          : "--schedule piecewise needs --rates STEP=RATE,STEP=RATE,…")
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
