import Tensors

/// What a model is trained for and judged by: its loss on outputs of a known form, against targets of a known kind, and
/// metrics.
public struct Objective: Sendable {
  /// What the model's outputs are when the loss gets them.
  public enum Form: Sendable {
    /// Before a softmax over the last axis, which the loss takes itself.
    case softmaxLogits
    /// Before a sigmoid, which the loss takes itself.
    case sigmoidLogits
    /// What they are: probabilities, or any numbers.
    case values
  }

  /// The loss.
  public let loss: Loss
  /// What it gets.
  public let form: Form
  /// The shape of one sample's outputs.
  public let output: Shape
  /// What the data give.
  public let targets: TargetKind
  /// What is measured besides.
  public let metrics: [Metric]
  /// How much each class counts; nil for all alike.
  public let classWeights: [Float]?

  /// Pairs outputs with targets that fit them.
  ///
  /// - Parameters:
  ///   - metrics: those that such targets do not have are left out.
  ///   - classWeights: one for each class of the targets; nil for 1.
  public init(
    _ loss: Loss, form: Form, output: Shape, targets: TargetKind, metrics: [Metric], classWeights: [Float]? = nil
  ) {
    (self.loss, self.form, self.output, self.targets) = (loss, form, output, targets)
    self.classWeights = classWeights
    // Of numbers no answer is right.
    let areNumbers = !loss.kind.isCategorical && loss.kind != .binaryCrossentropy
    let areClasses = if case .classes = targets { true } else { false }
    self.metrics = metrics.filter { metric in
      let isWide = output.rank > 0 && output[output.rank - 1] > 1
      // A single output has no order among others.
      if case .topAccuracy = metric { return isWide }
      return metric != .accuracy || !areNumbers || (areClasses && isWide)
    }
  }

  /// The same where so much of each target goes to all classes alike.
  public func smoothed(by smoothing: Float) -> Objective {
    var loss = loss
    loss.labelSmoothing = smoothing
    return Objective(
      loss, form: form, output: output, targets: targets, metrics: metrics, classWeights: classWeights)
  }

  /// The outputs of a position.
  var width: Int { output.rank == 0 ? 1 : output[output.rank - 1] }

  /// The positions of a sample.
  public var positions: Int { output.count / width }

  /// Whether the loss and the metrics get the numbers of classes, each of which has an output.
  public var takesClasses: Bool {
    guard case .classes(_, let places) = targets else { return false }
    return width > 1 && output.count == places.count * width
  }

  /// How many class numbers `TargetBuffer` needs for a sample, and how many floats.
  var targetCounts: (classes: Int, values: Int) {
    guard case .classes(_, let places) = targets else { return (0, output.count) }
    return (places.count, form == .softmaxLogits && takesClasses ? 0 : output.count)
  }

  // MARK: - The loss

  /// The loss of some samples: their sum, where that of a sample is the mean over its positions or outputs.
  public func loss(of outputs: TensorView, _ targets: Targets) -> Double {
    let (y, values) = (outputs.reading, targets.values)
    let sum =
      switch loss.kind {
      case _ where weighsSamples: weightedLoss(outputs, targets)
      case .categoricalCrossentropy, .sparseCategoricalCrossentropy:
        switch (form, takesClasses) {
        case (.softmaxLogits, true):
          SoftmaxCrossentropy.forward(
            logits: y, labels: targets.classes, smoothing: loss.labelSmoothing, weights: classWeights)
        case (.softmaxLogits, false):
          SoftmaxShares.forward(logits: y, targets: values, classes: width, smoothing: loss.labelSmoothing)
        default:
          CategoricalCrossentropy.forward(
            probabilities: y, targets: values, classes: width, smoothing: loss.labelSmoothing)
        }
      case .binaryCrossentropy:
        form == .sigmoidLogits
          ? SigmoidCrossentropy.forward(logits: y, targets: values, smoothing: loss.labelSmoothing)
          : BinaryCrossentropy.forward(probabilities: y, targets: values, smoothing: loss.labelSmoothing)
      default: Deviations.forward(loss, outputs: y, targets: values)
      }
    return sum / Double(terms)
  }

  /// Turns outputs into the gradient of the mean loss over a global batch of `batch` samples, in place.
  public func gradient(_ outputs: TensorView, _ targets: Targets, batch: Int) {
    guard !weighsSamples else { return weightedGradient(outputs, targets, batch: batch) }
    gradient(outputs, targets, weight: 1 / Float(batch * terms), batch: batch * terms)
  }

  private func gradient(_ outputs: TensorView, _ targets: Targets, weight: Float, batch: Int) {
    let (y, values, smoothing) = (outputs.buffer, targets.values, loss.labelSmoothing)
    switch loss.kind {
    case .categoricalCrossentropy, .sparseCategoricalCrossentropy:
      switch (form, takesClasses) {
      case (.softmaxLogits, true):
        SoftmaxCrossentropy.backward(
          logits: y, labels: targets.classes, batch: batch, smoothing: smoothing, weights: classWeights)
      case (.softmaxLogits, false):
        SoftmaxShares.backward(logits: y, targets: values, classes: width, smoothing: smoothing, weight: weight)
      default:
        CategoricalCrossentropy.backward(
          probabilities: y, targets: values, classes: width, smoothing: smoothing, weight: weight)
      }
    case .binaryCrossentropy:
      if form == .sigmoidLogits {
        SigmoidCrossentropy.backward(logits: y, targets: values, smoothing: smoothing, weight: weight)
      } else {
        BinaryCrossentropy.backward(probabilities: y, targets: values, smoothing: smoothing, weight: weight)
      }
    default: Deviations.backward(loss, outputs: y, targets: values, weight: weight)
    }
  }

  /// How many terms the mean of a sample's loss has: its positions, or its outputs.
  private var terms: Int { loss.kind.isCategorical ? positions : output.count }

  // MARK: - Weights of classes

  /// Whether each sample's loss is weighted as a whole, by its one class.
  private var weighsSamples: Bool {
    guard classWeights != nil, case .classes(_, let places) = targets, places.count == 1 else { return false }
    return !(loss.kind.isCategorical && form == .softmaxLogits && takesClasses)
  }

  private func unweighted() -> Objective {
    Objective(loss, form: form, output: output, targets: targets, metrics: [])
  }

  private func weightedLoss(_ outputs: TensorView, _ targets: Targets) -> Double {
    let plain = unweighted()
    return (0..<outputs.samples).reduce(0.0) { sum, n in
      let loss = plain.loss(of: outputs.samples(n..<n + 1), targets.samples(n..<n + 1))
      return sum + loss * Double(classWeights?[Int(targets.classes[n])] ?? 1) * Double(terms)
    }
  }

  private func weightedGradient(_ outputs: TensorView, _ targets: Targets, batch: Int) {
    for n in 0..<outputs.samples {
      let weight = (classWeights?[Int(targets.classes[n])] ?? 1) / Float(batch * terms)
      unweighted().gradient(outputs.samples(n..<n + 1), targets.samples(n..<n + 1), weight: weight, batch: batch)
    }
  }

  // MARK: - Metrics

  /// Nothing yet.
  public var emptyTally: Tally { Tally(counters: Array(repeating: 0, count: counterRanges.last?.upperBound ?? 0)) }

  /// The loss of some samples, and what the metrics count of them.
  ///
  /// - Parameter row: memory for `rowCount` floats.
  public func measure(_ outputs: TensorView, _ targets: Targets, row: MutableFloatBuffer) -> Tally {
    var tally = emptyTally
    tally.loss = loss(of: outputs, targets)
    let predictions = predictions(outputs, targets)
    tally.counters.withUnsafeMutableBufferPointer { counters in
      for (metric, range) in zip(metrics, counterRanges) {
        metric.count(predictions, into: UnsafeMutableBufferPointer(rebasing: counters[range]), memory: row)
      }
    }
    return tally
  }

  /// What some outputs are, and what they should be.
  func predictions(_ outputs: TensorView, _ targets: Targets) -> Predictions {
    Predictions(
      outputs: outputs.reading, width: width, form: form, areExclusive: loss.kind.isCategorical,
      classes: takesClasses ? targets.classes : nil, values: takesClasses ? nil : targets.values)
  }

  /// The floats that `measure` needs.
  public var rowCount: Int { Predictions.memoryCount(width: width) }

  /// The value of each metric.
  public func values(of tally: Tally) -> [(metric: Metric, value: Double)] {
    zip(metrics, counterRanges).map { ($0, $0.value(tally.counters[$1])) }
  }

  /// Where each metric's counters lie in a tally.
  var counterRanges: [Range<Int>] {
    var end = 0
    return metrics.map { metric in
      end += metric.counterCount(width: width)
      return end - metric.counterCount(width: width)..<end
    }
  }

  /// Whether each counter is a whole number.
  public var areWhole: [Bool] {
    metrics.flatMap { metric in Array(repeating: metric.counts, count: metric.counterCount(width: width)) }
  }

  /// The same with those metrics alone that few numbers are counted for, so that they can travel with every gradient.
  public var forTraining: Objective {
    Objective(
      loss, form: form, output: output, targets: targets,
      metrics: metrics.filter { $0.counterCount(width: width) <= Self.mostCounters }, classWeights: classWeights)
  }

  /// The same as it judges: what weights of classes turn the training to is no measure of what came of it. Keras's fit weights
  /// no validation either.
  public var judging: Objective {
    Objective(loss, form: form, output: output, targets: targets, metrics: metrics)
  }

  private static let mostCounters = 4096
}

/// What predictions are worth: sums.
public struct Tally: Equatable, Sendable {
  /// The sum of the samples' losses.
  public var loss: Double = 0
  /// What the metrics count, in their order.
  public var counters: [Double]

  /// Sums.
  public init(loss: Double = 0, counters: [Double]) {
    self.loss = loss
    self.counters = counters
  }

  /// Adds another, of the same objective.
  public static func += (sum: inout Tally, other: Tally) {
    sum.loss += other.loss
    for i in sum.counters.indices { sum.counters[i] += other.counters[i] }
  }
}
