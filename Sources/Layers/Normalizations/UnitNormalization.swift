import Kernels
import Tensors

/// Brings each place to length 1 over its last axis; the shape stays. What has no length stays 0.
public struct UnitNormalization: Layer {
  public static let stem = "unit_normalization"

  /// There is nothing to choose.
  public init() {}

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank > 0 else { throw ShapeError("normalises an axis, got \(input)") }
    return input
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x / |x|
    unitNormalization(x.reading, y: y.buffer, width: x.shape[x.shape.rank - 1])
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = x / |x|, so dx = (dy - y · Σ dy·y) / |x|
    guard let dx else { return }
    unitNormalizationGradient(
      x: x.reading, y: y.reading, dy: dy.reading, dx: dx.buffer, width: x.shape[x.shape.rank - 1])
  }
}
