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
      if !isNamed("--schedule") { try update.adopt(rateOf: optimizer, compilation.schedule) }
    }
    if !isNamed("--loss") { try adopt(lossOf: compilation, isSmoothed: isNamed("--label-smoothing")) }
    if let flaw { throw UsageError("was compiled with what no training can have: \(flaw) is out of range") }
    let unknown = isNamed("--metrics") ? [] : adopt(metricsOf: compilation)
    return unknown.isEmpty ? [] : ["the metrics \(unknown.joined(separator: ", ")) are not measured here"]
  }

  /// Takes of a compilation alone what outputs are, classes or numbers, where nothing is trained and nothing measured.
  package mutating func adopt(outputsOf compilation: CompileInfo) {
    guard let part = compilation.losses.first else { return }
    let kind = LossKind(name: part.name)
    if let kind, kind.isCategorical || kind == .binaryCrossentropy {
      loss = Loss(kind, fromLogits: part.isSet("from_logits"))
    } else {
      // Of another cross-entropy the network's end says what they are.
      loss = kind == nil && part.snakeName.contains("crossentropy") ? nil : .meanSquaredError
    }
  }

  // MARK: - Optimizers

  private mutating func adopt(optimizer: CompileInfo.Part, isClipped: Bool) throws(UsageError) {
    try update.adopt(optimizer)
    if !isClipped {
      clipNorm = optimizer.number("global_clipnorm")
      clipTensorNorm = optimizer.number("clipnorm")
      clipValue = optimizer.number("clipvalue")
    }
    let keepsMean = optimizer.isSet("use_ema")
    if keepsMean { ema = optimizer.number("ema_momentum") ?? 0.99 }
    // Keras 2 names a frequency where there is no mean to overwrite by.
    for option in ["gradient_accumulation_steps"] + (keepsMean ? ["ema_overwrite_frequency"] : []) {
      if let number = optimizer.number(option) {
        throw CompileInfo.refusal(
          "\(optimizer.name)'s \(option) \(number)", "compile it without, or name another with --optimizer")
      }
    }
  }

  // MARK: - Losses and metrics

  private mutating func adopt(lossOf compilation: CompileInfo, isSmoothed: Bool) throws(UsageError) {
    guard let part = compilation.losses.first else { return }
    guard compilation.losses.count == 1 else {
      throw CompileInfo.refusal("\(compilation.losses.count) losses", "a network has one output and one loss here")
    }
    guard let kind = LossKind(name: part.name) else {
      throw CompileInfo.refusal(
        "the loss \(part.snakeName)",
        "name another with --loss \(LossKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    switch compilation.lossWeights {
    case nil, 1, [1]: break
    case let weights?:
      throw CompileInfo.refusal(
        "the loss_weights \(weights)", "compile it without, and scale the learning rate instead")
    }
    try Self.refuse(unusual: part)
    var loss = Loss(kind)
    // A cross-entropy that does not say it takes probabilities, as in Keras.
    if kind.isCategorical || kind == .binaryCrossentropy { loss.fromLogits = part.isSet("from_logits") }
    if let delta = part.number("delta") { loss.delta = delta }
    if !isSmoothed, let smoothing = part.number("label_smoothing") {
      (loss.labelSmoothing, labelSmoothing) = (smoothing, smoothing)
    }
    self.loss = loss
  }

  /// Refuses what makes another number of a loss than the mean over all samples and positions.
  private static func refuse(unusual part: CompileInfo.Part) throws(UsageError) {
    // Without weights of samples all of these are that mean.
    let means: [JSONValue] = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "auto", .null]
    if let reduction = part.options["reduction"], !means.contains(reduction) {
      throw CompileInfo.refusal(
        "the reduction \(reduction) of \(part.snakeName)",
        "compile it with sum_over_batch_size and, for what a sum was, a learning rate as many times as large as there are "
          + "samples in a batch, or name the loss with --loss")
    }
    if let ignored = part.options["ignore_class"], ignored != .null {
      throw CompileInfo.refusal(
        "ignore_class \(ignored) of \(part.snakeName)",
        "compile it without, or name the loss with --loss, to count every class")
    }
    if let axis = part.options["axis"], axis != -1, axis != .null {
      throw CompileInfo.refusal(
        "axis \(axis) of \(part.snakeName)", "let the classes be the last axis, or name the loss with --loss")
    }
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
