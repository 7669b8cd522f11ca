import KerasFiles
import Objectives
import Optimizers

extension UpdateRecipe {
  // MARK: - Optimizers

  /// Takes an optimizer of Keras's with its numbers, but for the learning rate.
  ///
  /// - Throws: `UsageError` for one that we lack.
  mutating func adopt(_ optimizer: CompileInfo.Part) throws(UsageError) {
    let names = OptimizerKind.allCases.map(\.rawValue).joined(separator: ", ")
    // `SGD`, and what Keras 2 called its older ones: `Custom>Adam`, `adam_v2`.
    guard let kind = OptimizerKind(rawValue: optimizer.name.lowercased()) else {
      throw CompileInfo.refusal("the optimizer \(optimizer.name)", "name another with --optimizer \(names)")
    }
    adopt(kind)
    weightDecay = optimizer.number("weight_decay") ?? 0
    switch kind {
    case .sgd:
      momentum = optimizer.number("momentum") ?? 0
      nesterov = optimizer.isSet("nesterov")
    case .rmsprop:
      rho = optimizer.number("rho") ?? 0.9
      momentum = optimizer.number("momentum") ?? 0
      epsilon = optimizer.number("epsilon") ?? 1e-7
      centered = optimizer.isSet("centered")
    case .muon:
      throw CompileInfo.refusal(
        "Keras's Muon, which moves dense kernels alone by that rule", "name --optimizer muon to move every kernel by it"
      )
    case .adagrad:
      initialAccumulator = optimizer.number("initial_accumulator_value") ?? 0.1
      epsilon = optimizer.number("epsilon") ?? 1e-7
    case .lion:
      beta1 = optimizer.number("beta_1") ?? 0.9
      beta2 = optimizer.number("beta_2") ?? 0.99
    case .adadelta:
      rho = optimizer.number("rho") ?? 0.95
      epsilon = optimizer.number("epsilon") ?? 1e-7
    case .adam, .adamw, .nadam, .adamax:
      amsgrad = (kind == .adam || kind == .adamw) && optimizer.isSet("amsgrad")
      beta1 = optimizer.number("beta_1") ?? 0.9
      beta2 = optimizer.number("beta_2") ?? 0.999
      epsilon = optimizer.number("epsilon") ?? 1e-7
    }
  }

  // MARK: - Learning rates

  /// Takes the learning rate of an optimizer of Keras's, and its schedule.
  ///
  /// - Throws: `UsageError` for one that we lack.
  mutating func adopt(
    rateOf optimizer: CompileInfo.Part, _ decay: CompileInfo.Part?
  ) throws(UsageError) {
    guard let decay else {
      if let rate = optimizer.number("learning_rate") ?? optimizer.number("lr") { learningRate = rate }
      schedule = .constant
      if let decay = optimizer.number("decay"), decay > 0 { (schedule, self.decay) = (.time, decay) }  // of Keras 2
      return
    }
    if let points = Self.points(of: decay) {
      (schedule, ratePoints, learningRate) = (.piecewise, points, points[0].rate)
      return
    }
    guard let rate = decay.number("initial_learning_rate"), try adopt(schedule: decay) else {
      throw CompileInfo.refusal(
        "the schedule \(decay.name) \(Self.inWords(decay))",
        "name one with --schedule \(ScheduleKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    learningRate = rate
  }

  /// Takes a schedule of Keras's; false for one that is none of ours.
  private mutating func adopt(schedule part: CompileInfo.Part) throws(UsageError) -> Bool {
    let steps = part.number("decay_steps") ?? 0
    guard steps >= 1, steps <= Float(Int32.max), steps == steps.rounded() else { return false }
    switch part.name {
    case "PolynomialDecay":
      guard !part.isSet("cycle") else { return false }
      (schedule, scheduleSteps) = (.polynomial, Int(steps))
      (endRate, power) = (part.number("end_learning_rate") ?? 1e-4, part.number("power") ?? 1)
    case "CosineDecay":
      guard (part.number("alpha") ?? 0) == 0, part.number("warmup_target") == nil else { return false }
      (schedule, scheduleSteps) = (.cosine, Int(steps))
    case "ExponentialDecay":
      guard let factor = part.number("decay_rate") else { return false }
      (schedule, dropEvery, dropFactor) = (part.isSet("staircase") ? .step : .exponential, Int(steps), factor)
    case "InverseTimeDecay":
      guard !part.isSet("staircase"), let rate = part.number("decay_rate") else { return false }
      (schedule, decay) = (.time, rate / steps)
    default: return false
    }
    return true
  }

  /// The rates of a `PiecewiseConstantDecay`; nil for another schedule, or one that no training can have. Keras's rates hold up to
  /// a boundary, ours from a step on.
  private static func points(of part: CompileInfo.Part) -> [LearningRateSchedule.Point]? {
    guard part.name == "PiecewiseConstantDecay", case .array(let boundaries) = part.options["boundaries"] ?? nil,
      case .array(let values) = part.options["values"] ?? nil
    else { return nil }
    let steps = boundaries.map { boundary in
      if case .number(let number) = boundary, let step = Int(exactly: number) { step + 1 } else { -1 }
    }
    let rates = values.map { if case .number(let number) = $0 { Float(number) } else { Float.nan } }
    guard rates.count == steps.count + 1, steps.first ?? 1 > 0 else { return nil }
    let points = zip([0] + steps, rates).map { LearningRateSchedule.Point(step: $0, rate: $1) }
    return Experiment.areRates(points) ? points : nil
  }

  private static func inWords(_ part: CompileInfo.Part) -> String {
    let options = part.options.filter { $0.key != "name" && $0.value != .null }.sorted { $0.key < $1.key }
    return "(\(options.map { "\($0.key) \($0.value)" }.joined(separator: ", ")))"
  }
}

extension CompileInfo {
  /// Says that a model was compiled with what we lack.
  static func refusal(_ what: String, _ remedy: String) -> UsageError {
    UsageError("was compiled with \(what), which we lack: \(remedy)")
  }
}
