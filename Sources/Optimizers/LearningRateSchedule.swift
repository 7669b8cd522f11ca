/// How the learning rate changes with the step.
public struct TimeDecay: Sendable, Hashable, Codable {
  /// The rate of step 0.
  public let initial: Float
  /// How much the rate's divisor grows with each step.
  public let decay: Float

  /// Keras's `InverseTimeDecay` with a decay step of 1, the older `decay` argument of its SGD.
  public init(initial: Float, decay: Float) {
    self.initial = initial
    self.decay = decay
  }

  /// `initial / (1 + decay · step)`, where `step` counts from 0.
  public func rate(at step: Int) -> Float {
    initial / (1 + decay * Float(step))
  }
}
