import Kernels
import Tensors

/// Sets a part of its input to what SELU saturates at while training, and keeps mean and variance (Klambauer et al.,
/// "Self-normalizing neural networks", 2017); the shape stays. The mask depends on seed, layer, epoch and sample alone.
public struct AlphaDropout: Layer {
  public static let stem = "alpha_dropout"
  /// The probability with which an element is set.
  public let rate: Float

  /// Sets elements with probability `rate`, 0 ≤ rate < 1.
  public init(_ rate: Float) {
    precondition(0 <= rate && rate < 1, "a dropout rate lies in 0 ..< 1")
    self.rate = rate
  }

  /// SELU's lowest value, -α·λ.
  private static let lowest: Float = -1.673_263_242_354_377_2 * 1.050_700_987_355_480_5

  /// What brings the variance back to 1, and then the mean to 0.
  private var affine: (factor: Float, offset: Float) {
    let factor = 1 / ((1 - rate) * (1 + rate * Self.lowest * Self.lowest)).squareRoot()
    return (factor, -factor * Self.lowest * rate)
  }

  public func outputShape(for input: Shape) -> Shape { input }
  public var isIdentityInInference: Bool { true }
  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  /// A sample's mask, and the ones that it is made of.
  public func scratchCount(for input: Shape) -> Int { 2 * input.count }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = factor · (kept ? x : lowest) + offset
    let (factor, offset) = affine
    forEach(x, into: y, in: pass) { number, isKept in factor * (isKept ? number : Self.lowest) + offset }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = factor · (kept ? x : lowest) + offset, so dx = kept ? factor · dy : 0, the mask drawn again
    let factor = affine.factor
    if let dx { forEach(dy, into: dx, in: pass) { number, isKept in isKept ? factor * number : 0 } }
  }

  private func forEach(
    _ source: TensorView, into target: TensorView, in pass: LayerPass, _ value: (Float, _ isKept: Bool) -> Float
  ) {
    let count = source.shape.count
    let (ones, mask) = (pass.scratch.part(0..<count), pass.scratch.part(count..<2 * count))
    for n in 0..<source.samples {
      let (from, to) = (source.sample(n), target.sample(n))
      guard let key = pass.dropoutKey(sample: n), rate > 0 else {
        _ = to.update(fromContentsOf: from)
        continue
      }
      ones.update(repeating: 1)
      DropoutMask(rate: rate).apply(ones.reading, into: mask, key: key)
      for i in 0..<count { to[i] = value(from[i], mask[i] != 0) }
    }
  }
}
