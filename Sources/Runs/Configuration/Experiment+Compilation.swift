import KerasFiles
import Objectives

extension Experiment {
  /// Takes what the model in a file was compiled with, where it was; see below.
  ///
  /// - Throws: `UsageError` that names the file.
  public mutating func adopt(
    compilationOf file: ModelFile, unless isNamed: (_ option: String) -> Bool
  ) throws(UsageError) -> [String] {
    guard let compilation = file.compilation else { return [] }
    do {
      return try adopt(compilation, unless: isNamed).map { "\(file.path): \($0)" }
    } catch {
      throw UsageError("\(file.path) \(error.description)")
    }
  }

  /// Takes what a model was compiled with in Keras: its optimizer with its numbers, the learning rate's schedule, the loss
  /// and the metrics.
  ///
  /// - Parameters:
  ///   - compilation: what it was compiled with.
  ///   - isNamed: whether the command line has an option, which then counts instead.
  /// - Returns: what is left out and changes no step, as sentences.
  /// - Throws: `UsageError` for what we lack and would train otherwise without.
  public mutating func adopt(
    _ compilation: CompileInfo, unless isNamed: (_ option: String) -> Bool
  ) throws(UsageError) -> [String] {
    if let optimizer = compilation.optimizer, !isNamed("--optimizer") {
      try adopt(
        optimizer: optimizer, isClipped: ["--clip-norm", "--clip-tensor-norm", "--clip-value"].contains(where: isNamed))
      if !isNamed("--schedule") { try adopt(rateOf: optimizer, compilation.schedule) }
    }
    if !isNamed("--loss") { try adopt(lossOf: compilation, isSmoothed: isNamed("--label-smoothing")) }
    if let flaw { throw UsageError("was compiled with what no training can have: \(flaw) is out of range") }
    let unknown = isNamed("--metrics") ? [] : adopt(metricsOf: compilation)
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
    case .rmsprop:
      rho = optimizer.number("rho") ?? 0.9
      momentum = optimizer.number("momentum") ?? 0
      epsilon = optimizer.number("epsilon") ?? 1e-7
      centered = optimizer.isSet("centered")
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
    if !isClipped {
      clipNorm = optimizer.number("global_clipnorm")
      clipTensorNorm = optimizer.number("clipnorm")
      clipValue = optimizer.number("clipvalue")
    }
    if optimizer.isSet("use_ema") { ema = optimizer.number("ema_momentum") ?? 0.99 }
    for option in ["gradient_accumulation_steps", "ema_overwrite_frequency"] {
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

  private static func inWords(_ part: CompileInfo.Part) -> String {
    let options = part.options.filter { $0.key != "name" && $0.value != .null }.sorted { $0.key < $1.key }
    return "(\(options.map { "\($0.key) \($0.value)" }.joined(separator: ", ")))"
  }

  // MARK: - Losses and metrics

  private mutating func adopt(lossOf compilation: CompileInfo, isSmoothed: Bool) throws(UsageError) {
    guard let part = compilation.losses.first else { return }
    guard compilation.losses.count == 1 else {
      throw Self.refusal("\(compilation.losses.count) losses", "a network has one output and one loss here")
    }
    guard let kind = LossKind(name: part.name) else {
      throw Self.refusal(
        "the loss \(part.snakeName)",
        "name another with --loss \(LossKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    switch compilation.lossWeights {
    case nil, 1, [1]: break
    case let weights?:
      throw Self.refusal("the loss_weights \(weights)", "compile it without, and scale the learning rate instead")
    }
    var loss = Loss(kind)
    // A cross-entropy that does not say it takes probabilities, as in Keras.
    if kind.isCategorical || kind == .binaryCrossentropy { loss.fromLogits = part.isSet("from_logits") }
    if let delta = part.number("delta") { loss.delta = delta }
    if !isSmoothed, let smoothing = part.number("label_smoothing") {
      (loss.labelSmoothing, labelSmoothing) = (smoothing, smoothing)
    }
    self.loss = loss
  }

  /// Returns the metrics that are none of ours.
  private mutating func adopt(metricsOf compilation: CompileInfo) -> [String] {
    var (known, unknown): ([Metric], [String]) = ([], [])
    for part in compilation.metrics where part.name != "loss" {
      if let metric = Self.metric(part) { known.append(metric) } else { unknown.append(part.snakeName) }
    }
    if !known.isEmpty { metrics = known }
    return unknown
  }

  private static func metric(_ part: CompileInfo.Part) -> Metric? {
    guard let metric = Metric(name: part.name) else { return nil }
    switch metric {
    case .topAccuracy:
      let k = part.number("k") ?? 5
      return 1...1_000_000 ~= k ? .topAccuracy(Int(k)) : nil
    case .precision, .recall:
      return ["thresholds", "top_k", "class_id"].allSatisfy { part.options[$0] ?? nil == .null } ? metric : nil
    case .auc:
      let isUsual =
        part.options["curve"] ?? "ROC" == "ROC" && part.options["num_thresholds"] ?? 200 == 200
        && !part.isSet("multi_label") && !part.isSet("from_logits")
      return isUsual ? metric : nil
    case .f1: return [.null, "macro"].contains(part.options["average"] ?? nil) ? metric : nil
    default: return metric
    }
  }
}
