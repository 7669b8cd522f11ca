/// What one step gave: a line of `metrics.jsonl`.
public struct StepMetrics: Codable, Equatable, Sendable {
  /// Tells the lines apart.
  public private(set) var kind = "step"
  /// How many steps are done, this one included.
  public let step: Int
  /// Which epoch the step belongs to, from 1.
  public let epoch: Int
  /// The mean loss of the step's samples, before the update.
  public let loss: Float
  /// The share of the step's answers that were right; nil where answers are numbers.
  public let accuracy: Float?
  /// The rate of the update.
  public let learningRate: Float
  /// The global batch over the step's time.
  public let imagesPerSecond: Double
  /// The length of the whole gradient, penalties included and before anything is cut off; nil where the step was left out.
  /// The same on any number of ranks.
  public let gradientNorm: Float?
  /// How many milliseconds rank 0 waited for the other ranks and for the sums of gradients that were still under way when its
  /// own part was done; nil where it is alone.
  public let exposedExchange: Double?
  /// Why the step was left out: what of its numbers was not finite; nil where it was taken.
  public let skipped: String?
  /// What else is measured, by name; nil for nothing.
  public let others: [String: Float]?

  /// Notes what was measured.
  package init(
    step: Int, epoch: Int, loss: Float, accuracy: Float?, learningRate: Float, imagesPerSecond: Double,
    gradientNorm: Float? = nil, exposedExchange: Double? = nil, skipped: String? = nil, others: [String: Float]? = nil
  ) {
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.accuracy = accuracy
    self.learningRate = learningRate
    self.imagesPerSecond = imagesPerSecond
    self.gradientNorm = gradientNorm
    self.exposedExchange = exposedExchange
    self.skipped = skipped
    self.others = others
  }
}

/// What one epoch gave: a line of `metrics.jsonl`.
public struct EpochMetrics: Codable, Equatable, Sendable {
  /// Tells the lines apart.
  public private(set) var kind = "epoch"
  /// Which epoch, from 1.
  public let epoch: Int
  /// The mean loss over the samples of the epoch's steps that were taken, each as the network was when its batch came.
  public let loss: Float
  /// The share of the epoch's answers that were right, likewise.
  public let accuracy: Float?
  /// The mean loss over the validation samples after the epoch; none where none was due.
  public let validationLoss: Float?
  /// The share of validation samples that were right after the epoch.
  public let validationAccuracy: Float?
  /// How long the epoch took, validation included; from the resumption on where it was resumed.
  public let seconds: Double
  /// How many steps the run has left out so far; nil for none.
  public let skippedSteps: Int?
  /// What else is measured of the epoch's samples, by name; nil for nothing.
  public let others: [String: Float]?
  /// What else is measured of the validation samples, by name; nil for nothing.
  public let validationOthers: [String: Float]?

  /// Notes what was measured.
  package init(
    epoch: Int, loss: Float, accuracy: Float?, validationLoss: Float?, validationAccuracy: Float?, seconds: Double,
    skippedSteps: Int? = nil, others: [String: Float]? = nil, validationOthers: [String: Float]? = nil
  ) {
    self.epoch = epoch
    self.loss = loss
    self.accuracy = accuracy
    self.validationLoss = validationLoss
    self.validationAccuracy = validationAccuracy
    self.seconds = seconds
    self.skippedSteps = skippedSteps
    self.others = others
    self.validationOthers = validationOthers
  }
}
