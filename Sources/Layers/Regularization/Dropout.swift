import Kernels
import Tensors

/// Zeroes a part of its input while training and passes it on unchanged otherwise; the shape stays.
///
/// The mask depends on seed, layer, epoch and sample alone, so it is the same whichever rank computes the sample.
public struct Dropout: Layer {
  public static let stem = "dropout"

  /// The probability with which an element is zeroed.
  public let rate: Float

  /// Drops with probability `rate`, 0 ≤ rate < 1.
  public init(_ rate: Float) {
    precondition(0 <= rate && rate < 1, "a dropout rate lies in 0 ..< 1")
    self.rate = rate
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public var isIdentityInInference: Bool { true }

  public var rectifiesGradient: Bool { true }

  public var backwardReadsInput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x · mask
    applyMask(from: x, to: y, in: pass)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    guard let dx else { return }
    if pass.inputIsRectified {
      // No x is negative: where y is positive, x was and has been kept; elsewhere it may as well have been dropped.
      let mask = DropoutMask(rate: pass.isTraining ? rate : 0)
      mask.rectifiedGradient(y: y.reading, dy: dy.reading, dx: dx.buffer)
    } else {
      // forward: y = x · mask, so dx = dy · mask, the mask drawn again
      applyMask(from: dy, to: dx, in: pass)
    }
  }

  private func applyMask(from source: TensorView, to target: TensorView, in pass: LayerPass) {
    let mask = DropoutMask(rate: rate)
    for n in 0..<source.samples {
      if let key = pass.dropoutKey(sample: n) {
        mask.apply(source.sample(n).reading, into: target.sample(n), key: key)
      } else {
        _ = target.sample(n).update(fromContentsOf: source.sample(n))
      }
    }
  }
}
