import Kernels
import Tensors

/// y = x where x > 0, else α·(exp(x) - 1) (Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by
/// exponential linear units", 2016), as a layer of its own; the shape stays.
public struct ELU: FunctionLayer {
  public static let stem = "elu"
  /// α.
  public let alpha: Float

  /// Keras's default is 1.
  public init(alpha: Float = 1) {
    self.alpha = alpha
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public var backwardReadsOutput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x where x > 0, else α·(exp(x) - 1)
    exponentialLinear(x.reading, into: y.buffer, alpha: alpha)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = x where x > 0, else α·(exp(x) - 1), so dx = dy or dy·α·exp(x)
    if let dx { exponentialLinearGradient(x: x.reading, dy: dy.reading, dx: dx.buffer, alpha: alpha) }
  }
}
