/// Where a run stands between two steps, besides its tensors. It holds no trace of the world that computed it, so that a
/// checkpoint's bytes are the same whoever wrote it.
public struct TrainingState: Codable, Equatable, Sendable {
  /// The best validation so far.
  public struct Best: Codable, Equatable, Sendable {
    /// The step after which it was measured.
    public let step: Int
    /// The share of validation samples that were right; nil where answers are numbers, none of which is right.
    public let accuracy: Double?
    /// The loss of the validation samples, where there is no accuracy.
    public let loss: Double?

    /// Names a step and what was measured there.
    public init(step: Int, accuracy: Double?, loss: Double? = nil) {
      self.step = step
      self.accuracy = accuracy
      self.loss = loss
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
  /// The best validation so far, by accuracy; the first of equals.
  public var best: Best?

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

  /// Begins an epoch.
  public mutating func clearCounters() { (epochCorrect, epochCounters) = (0, nil) }

  /// Notes a validation, which may be the best so far: by accuracy or, where there is none, by loss; the first of equals.
  public mutating func note(_ loss: Double, _ accuracy: Double?) {
    let isBetter =
      switch (accuracy, best?.accuracy, best?.loss) {
      case (let accuracy?, let best?, _): accuracy > best
      case (nil, _, let best?): loss < best
      default: true
      }
    if isBetter { best = Best(step: step, accuracy: accuracy, loss: accuracy == nil ? loss : nil) }
  }
}
