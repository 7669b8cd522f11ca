import Datasets
import Optimizers

extension Experiment {
  /// What samples and batches may count.
  public static let counts = 1...Int(Int32.max)
  /// What a slice may count. Memory grows with it, by about 0.5 MB a sample, and a slice too large would end in a crash.
  public static let slices = 1...4096
  /// What the height and the width of an image may be.
  public static let sides = 1...8192
  /// What learning rates, decays and other factors may be.
  public static let rates = Float(0)..<Float.infinity
  /// What the momentum, and other shares of which something must be left, may be.
  public static let momenta = Float(0)..<1
  /// What a gradient may be cut down to.
  public static let norms = Float.leastNormalMagnitude..<Float.infinity

  /// Whether `points` are rates at ascending steps, not too many.
  public static func areRates(_ points: [LearningRateSchedule.Point]) -> Bool {
    !points.isEmpty && points.count <= 1 << 20 && points.allSatisfy { $0.step >= 0 && rates.contains($0.rate) }
      && zip(points, points.dropFirst()).allSatisfy { $0.step < $1.step }
  }

  /// Whether `shape` is one of samples that are made alike: (length, channels), (height, width, 1 or 3), or (depth, height,
  /// width, channels).
  public static func isInputShape(_ shape: [Int]) -> Bool {
    switch shape.count {
    case 2: SeriesOptions.isShape(shape)
    case 3: shape[..<2].allSatisfy(sides.contains) && [1, 3].contains(shape[2])
    case 4: shape.allSatisfy(sides.contains) && shape.reduce(1, *) <= 1 << 31
    default: false
    }
  }

  /// Whether `bounds` are two intensities, the lower first.
  public static func isWindow(_ bounds: [Float]) -> Bool {
    bounds.count == 2 && bounds.allSatisfy(\.isFinite) && bounds[0] < bounds[1]
  }

  /// How long a sound may be made, in seconds: a day.
  public static let seconds: Range<Float> = 1e-3..<86_400
  /// How many frames a second may have.
  public static let frameRates = 1...1_000_000

  /// How many values a pixel can have.
  private static let pixelLevels = 2...1 << 16

  /// The first number that no command line could have set, as `field value`; nil where there is none. For files, which
  /// anybody may have edited.
  public var flaw: String? {
    if let levels, !Self.pixelLevels.contains(levels) { return "levels \(levels)" }
    if let limit, !Self.counts.contains(limit) { return "limit \(limit)" }
    if !Self.counts.contains(batchSize) { return "batch_size \(batchSize)" }
    if !Self.slices.contains(slice) { return "slice \(slice)" }
    if let inputShape, !Self.isInputShape(inputShape) { return "input_shape \(inputShape)" }
    if let validationSplit, !ValidationSplit.isShare(validationSplit.share) {
      return "validation_split \(validationSplit)"
    }
    if let window, !Self.isWindow(window) { return "window \(window)" }
    if let seconds, !Self.seconds.contains(Float(seconds)) { return "seconds \(seconds)" }
    if let rate, !Self.frameRates.contains(rate) { return "rate \(rate)" }
    if ![augmentation.crop, augmentation.cutout].allSatisfy(Augmentation.extents.contains) {
      return "augmentation \(augmentation)"
    }
    if let normalization, !normalization.isSound { return "normalization \(normalization)" }
    if let flaw = update.flaw { return flaw }
    for rule in parameterRules ?? [] {
      if let flaw = rule.update.flaw { return "\(flaw) of \(rule.match.joined(separator: " "))" }
      if let step = rule.frozenFrom, !Schedule.counts.contains(step) { return "frozen_from \(step)" }
    }
    if let lookahead, !lookahead.isSound { return "lookahead \(lookahead)" }
    if !Self.momenta.contains(labelSmoothing) { return "label_smoothing \(labelSmoothing)" }
    if let delta = loss?.delta, !(delta > 0 && delta.isFinite) { return "loss delta \(delta)" }
    if let classWeights, !classWeights.allSatisfy(Self.rates.contains) { return "class_weights \(classWeights)" }
    for (name, value) in [
      ("min_delta", minDelta), ("min_rate_share", minRateShare),
    ] where !Self.rates.contains(value) { return "\(name) \(value)" }
    for (name, value) in [("ema", ema ?? 0), ("plateau_factor", plateauFactor ?? 0)]
    where !Self.momenta.contains(value) { return "\(name) \(value)" }
    for (name, value) in [("clip_value", clipValue), ("clip_tensor_norm", clipTensorNorm)] {
      if let value, !Self.norms.contains(value) { return "\(name) \(value)" }
    }
    for (name, value) in [("early_stopping", earlyStopping), ("plateau_patience", plateauPatience)] {
      if let value, !Self.counts.contains(value) { return "\(name) \(value)" }
    }
    if let clipNorm, !Self.norms.contains(clipNorm) { return "clip_norm \(clipNorm)" }
    return nil
  }
}

extension UpdateRecipe {
  /// How many Newton–Schulz steps there may be; none leaves an update as it is.
  public static let newtonSchulzSteps = 0...100

  /// The first number that no command line could have set, as `field value`; nil where there is none.
  var flaw: String? {
    for (name, value) in [
      ("learning_rate", learningRate), ("decay", decay), ("epsilon", epsilon), ("weight_decay", weightDecay),
      ("drop_factor", dropFactor), ("initial_accumulator", initialAccumulator), ("end_rate", endRate),
      ("power", power), ("l2_decay", l2Decay),
    ] where !Experiment.rates.contains(value) { return "\(name) \(value)" }
    for (name, value) in [("momentum", momentum), ("beta1", beta1), ("beta2", beta2), ("rho", rho)]
    where !Experiment.momenta.contains(value) { return "\(name) \(value)" }
    if let ratePoints, !Experiment.areRates(ratePoints) { return "rate_points \(ratePoints.count)" }
    if !Schedule.counts.contains(warmUp) { return "warm_up \(warmUp)" }
    if let scheduleSteps, !Experiment.counts.contains(scheduleSteps) { return "schedule_steps \(scheduleSteps)" }
    if let dropEvery, !Experiment.counts.contains(dropEvery) { return "drop_every \(dropEvery)" }
    if !Self.newtonSchulzSteps.contains(newtonSchulz) { return "newton_schulz \(newtonSchulz)" }
    return nil
  }
}

extension Lookahead {
  /// Whether a command line could have set it.
  var isSound: Bool {
    Experiment.counts.contains(every)
      && [share, endShare ?? share].allSatisfy { Lookahead.shares.contains($0) }
  }

  /// Which parts of the way there are.
  public static let shares = Float.leastNormalMagnitude..<Float(1).nextUp
}

extension Schedule {
  /// What epochs and steps may count.
  public static let counts = 0...Int(Int32.max)

  /// The first number that no command line could have set, as `field value`; nil where there is none.
  var flaw: String? {
    if !Self.counts.contains(epochs) { return "epochs \(epochs)" }
    if let steps, !Self.counts.contains(steps) { return "steps \(steps)" }
    if !Self.counts.contains(validateEvery) { return "validate_every \(validateEvery)" }
    if !Self.counts.contains(checkpointEvery) { return "checkpoint_every \(checkpointEvery)" }
    if !Self.counts.contains(shadowEvery) { return "shadow_every \(shadowEvery)" }
    if !Self.counts.contains(verifyEvery) { return "verify_every \(verifyEvery)" }
    if !Self.counts.contains(checkpointSeconds) { return "checkpoint_seconds \(checkpointSeconds)" }
    return nil
  }
}

extension TrainingState {
  /// The first number that no training could have led to, as `field value`; nil where there is none.
  var flaw: String? {
    if step < 0 { return "step \(step)" }
    if !(0...max(0, step)).contains(epoch) { return "epoch \(epoch)" }  // an epoch has a step at least
    if let skipped, ![skipped.steps, skipped.inARow].allSatisfy((0...step).contains) || skipped.epochSamples < 0 {
      return "skipped \(skipped)"
    }
    return nil
  }
}
