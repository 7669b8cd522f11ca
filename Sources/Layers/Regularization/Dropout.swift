import Kernels
import Tensors

/// Zeroes a part of its input while training and passes it on unchanged otherwise; the shape stays.
///
/// The mask depends on seed, layer, epoch and sample alone, so it is the same whichever rank computes the sample.
public struct Dropout: Layer {
  public static let stem = "dropout"

  /// The probability with which an element is zeroed.
  public let rate: Float
  /// The extents of a sample's mask: nil for as many as the sample has, 1 for one that is repeated; nil for a mask of the
  /// sample's shape.
  public let noiseShape: [Int?]?

  /// Drops with probability `rate`, 0 ≤ rate < 1.
  public init(_ rate: Float, noiseShape: [Int?]? = nil) {
    precondition(0 <= rate && rate < 1, "a dropout rate lies in 0 ..< 1")
    (self.rate, self.noiseShape) = (rate, noiseShape)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    if let noiseShape {
      guard noiseShape.count == input.rank, zip(noiseShape, input.dimensions).allSatisfy({ $0 ?? $1 == $1 || $0 == 1 })
      else {
        let extents = noiseShape.map { $0.map(String.init) ?? "None" }.joined(separator: ", ")
        throw ShapeError("has a mask of (\(extents)) for a sample, got \(input)")
      }
    }
    return input
  }

  /// The shape of a mask that is repeated; nil where none is.
  private func repeated(in input: Shape) -> Shape? {
    noiseShape.map { Shape(zip($0, input.dimensions).map { $0 ?? $1 }) }
  }

  /// A sample's mask, and the ones that it is made of, where it is repeated.
  public func scratchCount(for input: Shape) -> Int { 2 * (repeated(in: input)?.count ?? 0) }

  public var isIdentityInInference: Bool { true }

  public var rectifiesGradient: Bool { noiseShape == nil }

  public var backwardReadsInput: Bool { false }

  public var backwardReadsOutput: Bool { noiseShape == nil }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x · mask
    applyMask(from: x, to: y, in: pass)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    guard let dx else { return }
    if pass.inputIsRectified && noiseShape == nil {
      // No x is negative: where y is positive, x was and has been kept; elsewhere it may as well have been dropped.
      let mask = DropoutMask(rate: pass.isTraining ? rate : 0)
      mask.rectifiedGradient(y: y.reading, dy: dy.reading, dx: dx.buffer)
    } else {
      // forward: y = x · mask, so dx = dy · mask, the mask drawn again
      applyMask(from: dy, to: dx, in: pass)
    }
  }

  private func applyMask(from source: TensorView, to target: TensorView, in pass: LayerPass) {
    if let shape = repeated(in: source.shape) {
      return pass.applyDropout(rate, of: shape, from: source, to: target)
    }
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
