/// Where a run stands between two steps, besides its tensors. It holds no trace of the world that computed it, so that a
/// checkpoint's bytes are the same whoever wrote it.
public struct TrainingState: Codable, Equatable, Sendable {
  /// The best validation so far.
  public struct Best: Codable, Equatable, Sendable {
    /// The step after which it was measured.
    public let step: Int
    /// The share of validation samples that were right.
    public let accuracy: Double

    /// Names a step and what was measured there.
    public init(step: Int, accuracy: Double) {
      self.step = step
      self.accuracy = accuracy
    }
  }

  /// How many steps are done.
  public var step = 0
  /// How many epochs are finished: trained, validated where that was due, and logged.
  public var epoch = 0
  /// The sum of the losses of the running epoch's samples so far.
  public var epochLoss: Double = 0
  /// How many of the running epoch's samples so far were right.
  public var epochCorrect = 0
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
}
