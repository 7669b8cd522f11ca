import Optimizers
import Runs
import Training

/// The options of `train` that say how gradients turn into steps.
enum OptimizerOptions {
  /// The flag that names the rule.
  static let flag = "--optimizer"

  /// Those of the rule, which may be another for some parameters.
  static let rule = [
    Option(
      flag, "NAME", choices: OptimizerKind.allCases.map(\.rawValue),
      "\(list(OptimizerKind.allCases)) (default sgd)"),
    Option("--momentum", "X", "sgd's momentum (default 0.5), rmsprop's (default 0), or muon's (default 0.95)"),
    Option("--nesterov", nil, "SGD's momentum is Nesterov's, as muon's always is"),
    Option("--beta1", "X", "how much of the gradient's running mean Adam and its kin keep (default 0.9)"),
    Option("--beta2", "X", "how much of its square's, or lion's second mean, they keep (default 0.999, lion's 0.99)"),
    Option("--epsilon", "X", "what is added to the root of that mean, or under it (default 1e-7)"),
    Option(
      "--rho", "X", "how much of the squares' running mean rmsprop and adadelta keep (default 0.9, adadelta's 0.95)"),
    Option("--centered", nil, "rmsprop takes the square of the gradient's mean off"),
    Option("--amsgrad", nil, "the largest of Adam's second means so far counts"),
    Option("--initial-accumulator", "X", "where adagrad's sums of squares begin (default 0.1)"),
    Option("--weight-decay", "X", "take X * rate of each weight off in every step (default 0, adamw's 0.004)"),
    Option("--l2-decay", "X", "add X of each weight to its gradient, as PyTorch's weight_decay does (default 0)"),
    Option("--newton-schulz", "N", "how many steps make muon's update orthogonal (default 5)"),
    Option(
      "--muon-scale", "HOW", choices: Muon.Scale.allCases.map(\.rawValue),
      "rms: an update of muon's is as large as Adam's; none: its singular values are about 1 (default rms)"),
    Option("--rescale", nil, "muon: bring each kernel to the norm of the root of its filters before each step"),
  ]

  static let options =
    rule + [
      ParameterRuleOptions.option,
      Option("--clip-norm", "X", "cut the whole gradient down to the norm X where it is longer"),
      Option("--clip-tensor-norm", "X", "cut each tensor's gradient down to the norm X where it is longer"),
      Option("--clip-value", "X", "cut each number of a gradient off at X and -X"),
      Option("--ema", "X", "keep a running mean of the weights, X of it in each step, and judge that"),
      Option(
        "--lookahead", "STEPS",
        "let slow weights follow every STEPS steps, go on from them, and judge them; 0: never (default 0)"
      ),
      Option("--lookahead-share", "X", "which part of the way they go (default 0.5)"),
      Option(
        "--lookahead-end-share", "X",
        "which part at the end of the learning rate's schedule, nearing it with the cube of the way (default the same)"),
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

  /// Replaces what the command line speaks of, but for the rules of some parameters.
  static func apply(_ arguments: Arguments, to experiment: inout Experiment) throws(UsageError) {
    // Another rule brings its own defaults; the one that a run has already brings none.
    if let kind = try kind(arguments), kind != experiment.update.optimizer { experiment.update.adopt(kind) }
    try apply(arguments, to: &experiment.update)
    if let norm = try arguments.float("--clip-norm", in: Experiment.norms) { experiment.clipNorm = norm }
    if let norm = try arguments.float("--clip-tensor-norm", in: Experiment.norms) { experiment.clipTensorNorm = norm }
    if let limit = try arguments.float("--clip-value", in: Experiment.norms) { experiment.clipValue = limit }
    if let share = try arguments.float("--ema", in: Experiment.momenta) { experiment.ema = share }
    if let every = try arguments.integer("--lookahead", in: 0...Experiment.counts.upperBound) {
      experiment.lookahead = every > 0 ? experiment.lookahead ?? Lookahead() : nil
      experiment.lookahead?.every = every
    }
    if let share = try share("--lookahead-share", arguments) { experiment.lookahead?.share = share }
    if let share = try share("--lookahead-end-share", arguments) { experiment.lookahead?.endShare = share }
  }

  /// Replaces what the command line, or a rule for some parameters, says of the rule and its rates.
  static func apply(_ arguments: Arguments, to update: inout UpdateRecipe) throws(UsageError) {
    try set(&update.learningRate, "--learning-rate", in: Experiment.rates, arguments)
    try set(&update.momentum, "--momentum", in: Experiment.momenta, arguments)
    if let isOn = arguments.toggle("--nesterov") { update.nesterov = isOn }
    try set(&update.beta1, "--beta1", in: Experiment.momenta, arguments)
    try set(&update.beta2, "--beta2", in: Experiment.momenta, arguments)
    try set(&update.epsilon, "--epsilon", in: Experiment.rates, arguments)
    try set(&update.rho, "--rho", in: Experiment.momenta, arguments)
    if let isOn = arguments.toggle("--centered") { update.centered = isOn }
    if let isOn = arguments.toggle("--amsgrad") { update.amsgrad = isOn }
    try set(&update.initialAccumulator, "--initial-accumulator", in: Experiment.rates, arguments)
    try set(&update.weightDecay, "--weight-decay", in: Experiment.rates, arguments)
    try set(&update.l2Decay, "--l2-decay", in: Experiment.rates, arguments)
    if let steps = try arguments.integer("--newton-schulz", in: UpdateRecipe.newtonSchulzSteps) {
      update.newtonSchulz = steps
    }
    if let scale = try arguments.choice("--muon-scale", of: Muon.Scale.allCases) { update.muonScale = scale }
    if let isOn = arguments.toggle("--rescale") { update.rescale = isOn }
    try set(&update.endRate, "--end-rate", in: Experiment.rates, arguments)
    try set(&update.power, "--power", in: Experiment.rates, arguments)
    if let points = try RateOptions.points(arguments) { update.ratePoints = points }
    if let kind = try arguments.choice("--schedule", of: ScheduleKind.allCases) { update.schedule = kind }
    try set(&update.decay, "--decay", in: Experiment.rates, arguments)
    if let steps = try arguments.integer("--drop-every", in: Experiment.counts) { update.dropEvery = steps }
    try set(&update.dropFactor, "--drop-factor", in: Experiment.rates, arguments)
    if let steps = try arguments.integer("--schedule-steps", in: Experiment.counts) { update.scheduleSteps = steps }
    if let steps = try arguments.integer("--warm-up", in: Schedule.counts) { update.warmUp = steps }
  }

  /// The rule that is named; nil for none.
  static func kind(_ arguments: Arguments) throws(UsageError) -> OptimizerKind? {
    try arguments.choice(flag, of: OptimizerKind.allCases)
  }

  /// Refuses options that would have no effect: whoever gives one expects it to have one.
  static func check(_ arguments: Arguments, _ experiment: Experiment) throws(UsageError) {
    try check(arguments, experiment.update, hasLength: experiment.hasScheduleLength)
    let clippings = [experiment.clipNorm, experiment.clipTensorNorm, experiment.clipValue].compactMap(\.self)
    guard clippings.count <= 1 else {
      throw UsageError("gradients are clipped in one way: --clip-norm, --clip-tensor-norm or --clip-value")
    }
    guard experiment.lookahead == nil || experiment.ema == nil else {
      throw UsageError("--ema and --lookahead both say what is judged in the weights' place: leave one of them out")
    }
    for flag in ["--lookahead-share", "--lookahead-end-share"]
    where arguments.has(flag) && experiment.lookahead == nil && !arguments.isLeftOver(flag, by: "--lookahead") {
      throw UsageError("\(arguments.name(flag)) has no meaning without --lookahead STEPS")
    }
  }

  /// Refuses options of a rule that would have no effect on it.
  ///
  /// - Parameter hasLength: whether there is a schedule that `--schedule-steps` could end.
  static func check(_ arguments: Arguments, _ update: UpdateRecipe, hasLength: Bool) throws(UsageError) {
    let kind = update.optimizer
    // Muon moves what is no matrix as Adam does.
    let (isMuon, hasMeans) = (kind == .muon, kind.hasMeans || kind == .lion || kind == .muon)
    for (flag, isMeant) in [
      ("--momentum", kind == .sgd || kind == .rmsprop || isMuon), ("--nesterov", kind == .sgd || isMuon),
      ("--beta1", hasMeans), ("--beta2", hasMeans), ("--epsilon", kind != .sgd && kind != .lion),
      ("--rho", kind == .rmsprop || kind == .adadelta), ("--centered", kind == .rmsprop),
      ("--amsgrad", kind == .adam || kind == .adamw), ("--initial-accumulator", kind == .adagrad),
      ("--newton-schulz", isMuon), ("--muon-scale", isMuon), ("--rescale", isMuon),
    ] where arguments.has(flag) && !isMeant && !arguments.isLeftOver(flag, by: Self.flag) {
      throw UsageError("\(arguments.name(flag)) has no meaning for the optimizer \(kind.rawValue)")
    }
    let schedule = update.schedule
    for (flag, isMeant) in [
      ("--learning-rate", schedule != .piecewise && schedule != .file || update.startsAtItsRate),
      ("--decay", schedule == .time), ("--drop-every", schedule == .step || schedule == .exponential),
      ("--drop-factor", schedule == .step || schedule == .exponential), ("--end-rate", schedule == .polynomial),
      ("--power", schedule == .polynomial), ("--rates", schedule == .piecewise), ("--rates-file", schedule == .file),
      ("--schedule-steps", hasLength),
    ] where arguments.has(flag) && !isMeant && !arguments.isLeftOver(flag, by: "--schedule") {
      throw UsageError("\(arguments.name(flag)) has no meaning for the schedule \(schedule.rawValue)")
    }
    if (schedule == .step || schedule == .exponential) && update.dropEvery == nil {
      throw UsageError("--schedule \(schedule.rawValue) needs --drop-every STEPS, the steps between two drops")
    }
    if (schedule == .piecewise || schedule == .file) && update.ratePoints == nil {
      throw UsageError(
        schedule == .file
          ? "--schedule file needs --rates-file FILE, a line STEP,RATE for each of some steps"
          : "--schedule piecewise needs --rates STEP=RATE,STEP=RATE,…")
    }
    if let steps = update.scheduleSteps, steps <= update.warmUp {
      throw UsageError("--schedule-steps \(steps) leaves nothing behind --warm-up \(update.warmUp)")
    }
  }

  private static func share(_ flag: String, _ arguments: Arguments) throws(UsageError) -> Float? {
    guard let text = arguments.string(flag) else { return nil }
    guard let share = Float(text), Lookahead.shares.contains(share) else {
      throw UsageError("\(flag) takes a part of the way, above 0 and up to 1, got \(text)")
    }
    return share
  }

  private static func set(
    _ field: inout Float, _ flag: String, in range: Range<Float>, _ arguments: Arguments
  ) throws(UsageError) {
    if let value = try arguments.float(flag, in: range) { field = value }
  }

  private static func list<Kind: RawRepresentable<String>>(_ kinds: [Kind]) -> String {
    let names = kinds.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}

extension UpdateRecipe {
  /// Whether rates that are named step by step begin with the one that is named besides.
  fileprivate var startsAtItsRate: Bool { ratePoints?.first?.rate == learningRate }
}
