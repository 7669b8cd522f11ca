import Datasets

/// Where a run stands between two steps, besides its tensors. It holds no trace of the world that computed it, so that a
/// checkpoint's bytes are the same whoever wrote it.
public struct TrainingState: Codable, Equatable, Sendable {
  /// The best validation so far.
  public struct Best: Codable, Equatable, Sendable {
    /// The step after which it was measured.
    public let step: Int
    /// The share of validation samples that were right; nil where answers are numbers, none of which is right.
    public let accuracy: Double?
    /// The loss of the validation samples; what older versions wrote has none.
    public let loss: Double?
    /// The number that told that it is the best; what older versions wrote has none: it was the accuracy.
    public let value: Double?

    /// Names a step and what was measured there.
    public init(step: Int, accuracy: Double?, loss: Double? = nil, value: Double? = nil) {
      self.step = step
      self.accuracy = accuracy
      self.loss = loss
      self.value = value
    }
  }

  /// How many steps are done.
  public var step = 0
  /// How many epochs are finished: trained, validated where that was due, and logged.
  public var epoch = 0
  /// The sum of the losses of the running epoch's samples so far.
  public var epochLoss: Double = 0
  /// How many of the running epoch's answers so far were right.
  public var epochCorrect = 0
  /// What else the metrics have counted in the running epoch; nil where the right ones among its samples are all.
  public var epochCounters: [Double]?
  /// The best epoch so far, by what the run watches; the first of equals.
  public var best: Best?

  /// How many epochs have passed since the best; nil for none.
  public var epochsSinceBest: Int?
  /// How many of them since the learning rate was lowered; nil for none.
  public var epochsOnPlateau: Int?
  /// What a plateau has left of the learning rate; nil for all.
  public var rateFactor: Float?
  /// Whether the run has ended because no epoch was better; nil for no.
  public var stoppedEarly: Bool?

  /// Whether the run has ended because no epoch was better.
  public var hasStoppedEarly: Bool { stoppedEarly ?? false }

  /// The steps that were left out; nil as long as there are none.
  public var skipped: Skipped?

  /// Steps that were left out because their numbers were not finite.
  public struct Skipped: Codable, Equatable, Sendable {
    /// All of the run.
    public var steps = 0
    /// Those since the last step that was taken.
    public var inARow = 0
    /// The samples of those of the running epoch.
    public var epochSamples = 0

    /// None yet.
    public init() {}
  }

  /// A run that has not begun.
  public init() {}

  /// Adds what a step's metrics have counted.
  public mutating func add(_ counters: [Double]) {
    let sum = epochCounters ?? Array(repeating: 0, count: counters.count)
    epochCounters = zip(sum, counters).map { $0 + $1 }
  }

  /// What the metrics have counted in the running epoch, `count` numbers.
  public func counters(_ count: Int) -> [Double] { epochCounters ?? Array(repeating: 0, count: count) }

  /// Where an older version began the epoch, which counted right answers alone, counts their samples too.
  public mutating func countAsNow(_ batches: BatchPlan) {
    guard epochCounters == nil && epochCorrect > 0 else { return }
    let steps = step - epoch * batches.stepsPerEpoch
    let samples = steps * batches.batchSize - (skipped?.epochSamples ?? 0)
    epochCounters = [Double(epochCorrect), Double(samples)]
  }

  /// Begins an epoch.
  public mutating func clearCounters() { (epochCorrect, epochCounters) = (0, nil) }
}
