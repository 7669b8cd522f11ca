/// A penalty on large weights: the loss grows by `factor · Σ w²`, so a weight's gradient by `2 · factor · w` (Krogh and
/// Hertz, "A simple weight decay can improve generalization", 1991).
public struct L2: Hashable, Sendable {
  /// What a squared weight costs.
  public let factor: Float

  /// Keras's default is 0.01.
  public init(_ factor: Float = 0.01) {
    precondition(factor >= 0, "a penalty is not negative")
    self.factor = factor
  }
}
