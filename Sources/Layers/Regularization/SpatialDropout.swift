import Kernels
import Tensors

/// Zeroes whole channels of a sample while training (Tompson et al., "Efficient object localization using convolutional
/// networks", 2015); the shape stays. The mask depends on seed, layer, epoch and sample alone.
public protocol SpatialDropoutLayer: SpatialLayer {
  /// The probability with which a channel is zeroed.
  var rate: Float { get }

  /// Drops with probability `rate`, 0 ≤ rate < 1.
  init(_ rate: Float)
}

extension SpatialDropoutLayer {
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try input.requireSpatialAxes(Self.axes)
    return input
  }

  public var isIdentityInInference: Bool { true }
  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  /// A sample's mask, and the ones that it is made of.
  public func scratchCount(for input: Shape) -> Int { 2 * input[input.rank - 1] }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[·, c] = x[·, c] · mask[c]
    applyMask(from: x, to: y, in: pass)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y[·, c] = x[·, c] · mask[c], so dx = dy · mask, the mask drawn again
    if let dx { applyMask(from: dy, to: dx, in: pass) }
  }

  private func applyMask(from source: TensorView, to target: TensorView, in pass: LayerPass) {
    pass.applyDropout(rate, of: [source.shape[source.shape.rank - 1]], from: source, to: target)
  }
}

/// Zeroes whole channels of sequences.
public struct SpatialDropout1D: SpatialDropoutLayer {
  public static let stem = "spatial_dropout1d"
  public static let axes = 1
  public let rate: Float

  public init(_ rate: Float) {
    precondition(0 <= rate && rate < 1, "a dropout rate lies in 0 ..< 1")
    self.rate = rate
  }
}

/// Zeroes whole channels of images.
public struct SpatialDropout2D: SpatialDropoutLayer {
  public static let stem = "spatial_dropout2d"
  public static let axes = 2
  public let rate: Float

  public init(_ rate: Float) {
    precondition(0 <= rate && rate < 1, "a dropout rate lies in 0 ..< 1")
    self.rate = rate
  }
}

/// Zeroes whole channels of volumes.
public struct SpatialDropout3D: SpatialDropoutLayer {
  public static let stem = "spatial_dropout3d"
  public static let axes = 3
  public let rate: Float

  public init(_ rate: Float) {
    precondition(0 <= rate && rate < 1, "a dropout rate lies in 0 ..< 1")
    self.rate = rate
  }
}
