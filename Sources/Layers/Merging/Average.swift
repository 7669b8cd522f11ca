import Kernels
import Tensors

/// y = (x₀ + x₁ + …) / n of n inputs, element by element.
public struct Average: ElementwiseMerging {
  public static let stem = "average"

  /// Of two inputs or more.
  public init() {}

  public func forward(xs: [TensorView], y: TensorView) {
    // y = (x₀ + x₁ + …) / n
    fold(.add, xs: xs, y: y)
    divide(y.buffer, by: Float(xs.count))
  }

  public func backward(xs: [TensorView], y: TensorView, dy: TensorView, dxs: [TensorView?], scratch: MutableFloatBuffer)
  {
    // forward: y = (x₀ + x₁ + …) / n, so every dx is dy / n
    for case let dx? in dxs { passOn(dy, to: dx, factor: 1 / Float(xs.count)) }
  }
}
