import KerasFiles

extension Experiment {
  /// Takes what a model was compiled with in Keras: its optimizer with its numbers, the learning rate's schedule, the loss.
  ///
  /// - Parameter isNamed: whether the command line has an option, which then counts instead.
  /// - Returns: what is left out and changes no step, as sentences.
  /// - Throws: `UsageError` for what we lack and would train otherwise without.
  public mutating func adopt(
    _ compilation: CompileInfo, unless isNamed: (_ option: String) -> Bool
  ) throws(UsageError) -> [String] {
    if let optimizer = compilation.optimizer, !isNamed("--optimizer") {
      try adopt(optimizer: optimizer, isClipped: isNamed("--clip-norm"))
      if !isNamed("--schedule") { try adopt(rateOf: optimizer, compilation.schedule) }
    }
    try adopt(lossOf: compilation)
    if let flaw { throw UsageError("was compiled with what no training can have: \(flaw) is out of range") }
    let unknown = compilation.metrics.map(\.snakeName).filter { !Self.accuracies.contains($0) }
    return unknown.isEmpty ? [] : ["the metrics \(unknown.joined(separator: ", ")) are not measured here"]
  }

  private static func refusal(_ what: String, _ remedy: String) -> UsageError {
    UsageError("was compiled with \(what), which we lack: \(remedy)")
  }

  // MARK: - Optimizers

  private mutating func adopt(optimizer: CompileInfo.Part, isClipped: Bool) throws(UsageError) {
    let names = OptimizerKind.allCases.map(\.rawValue).joined(separator: ", ")
    // `SGD`, and what Keras 2 called its older ones: `Custom>Adam`, `adam_v2`.
    guard let kind = OptimizerKind(rawValue: optimizer.name.lowercased()) else {
      throw Self.refusal("the optimizer \(optimizer.name)", "name another with --optimizer \(names)")
    }
    adopt(kind)
    weightDecay = optimizer.number("weight_decay") ?? 0
    switch kind {
    case .sgd:
      momentum = optimizer.number("momentum") ?? 0
      nesterov = optimizer.isSet("nesterov")
    case .adam, .adamw:
      beta1 = optimizer.number("beta_1") ?? 0.9
      beta2 = optimizer.number("beta_2") ?? 0.999
      epsilon = optimizer.number("epsilon") ?? 1e-7
    }
    if !isClipped { clipNorm = optimizer.number("global_clipnorm") }
    for option in ["amsgrad", "use_ema"] where optimizer.isSet(option) {
      throw Self.refusal("\(optimizer.name)'s \(option)", "name the optimizer with --optimizer to train without it")
    }
    for option in ["clipnorm", "clipvalue", "gradient_accumulation_steps"] where !isClipped {
      if let number = optimizer.number(option) {
        throw Self.refusal(
          "\(optimizer.name)'s \(option) \(number)", "name the optimizer with --optimizer to train without it")
      }
    }
  }

  // MARK: - Learning rates

  private mutating func adopt(
    rateOf optimizer: CompileInfo.Part, _ decay: CompileInfo.Part?
  ) throws(UsageError) {
    guard let decay else {
      if let rate = optimizer.number("learning_rate") ?? optimizer.number("lr") { learningRate = rate }
      schedule = .constant
      if let decay = optimizer.number("decay"), decay > 0 { (schedule, self.decay) = (.time, decay) }  // of Keras 2
      return
    }
    guard let rate = decay.number("initial_learning_rate"), try adopt(decay) else {
      throw Self.refusal(
        "the schedule \(decay.name) \(Self.inWords(decay))",
        "name one with --schedule \(ScheduleKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    learningRate = rate
  }

  /// Takes a schedule of Keras's; false for one that is none of ours.
  private mutating func adopt(_ part: CompileInfo.Part) throws(UsageError) -> Bool {
    let steps = part.number("decay_steps") ?? 0
    guard steps >= 1, steps <= Float(Int32.max), steps == steps.rounded() else { return false }
    switch part.name {
    case "CosineDecay":
      guard (part.number("alpha") ?? 0) == 0, part.number("warmup_target") == nil else { return false }
      (schedule, scheduleSteps) = (.cosine, Int(steps))
    case "ExponentialDecay":
      guard part.isSet("staircase"), let factor = part.number("decay_rate") else { return false }
      (schedule, dropEvery, dropFactor) = (.step, Int(steps), factor)
    case "InverseTimeDecay":
      guard !part.isSet("staircase"), let rate = part.number("decay_rate") else { return false }
      (schedule, decay) = (.time, rate / steps)
    default: return false
    }
    return true
  }

  private static func inWords(_ part: CompileInfo.Part) -> String {
    let options = part.options.filter { $0.key != "name" && $0.value != .null }.sorted { $0.key < $1.key }
    return "(\(options.map { "\($0.key) \($0.value)" }.joined(separator: ", ")))"
  }

  // MARK: - Losses and metrics

  private static let accuracies: Set = ["accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy", "loss"]

  private mutating func adopt(lossOf compilation: CompileInfo) throws(UsageError) {
    guard let loss = compilation.losses.first else { return }
    guard compilation.losses.count == 1 else {
      throw Self.refusal("\(compilation.losses.count) losses", "a network has one output and one loss here")
    }
    guard ["categorical_crossentropy", "sparse_categorical_crossentropy"].contains(loss.snakeName) else {
      throw Self.refusal(
        "the loss \(loss.snakeName)", "compile it with categorical_crossentropy, or save its network alone, as .json")
    }
    labelSmoothing = loss.number("label_smoothing") ?? 0
    switch compilation.lossWeights {
    case nil, 1, [1]: break
    case let weights?:
      throw Self.refusal("the loss_weights \(weights)", "compile it without, and scale the learning rate instead")
    }
  }
}
