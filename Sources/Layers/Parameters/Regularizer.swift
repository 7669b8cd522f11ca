/// A penalty on large weights: the loss grows by `l1 · Σ |w| + l2 · Σ w²`, so a weight's gradient by `l1 · sign(w) + 2 · l2 · w`
/// (Krogh and Hertz, "A simple weight decay can improve generalization", 1991; Tibshirani, "Regression shrinkage and selection
/// via the lasso", 1996).
public struct Regularizer: Hashable, Sendable {
  /// What the size of a weight costs.
  public let l1: Float
  /// What a squared weight costs.
  public let l2: Float

  /// Neither is negative.
  public init(l1: Float = 0, l2: Float = 0) {
    precondition(l1 >= 0 && l2 >= 0, "a penalty is not negative")
    self.l1 = l1
    self.l2 = l2
  }

  /// Squares alone. Keras's default is 0.01.
  public static func l2(_ factor: Float = 0.01) -> Regularizer { Regularizer(l2: factor) }

  /// Sizes alone. Keras's default is 0.01.
  public static func l1(_ factor: Float = 0.01) -> Regularizer { Regularizer(l1: factor) }
}
