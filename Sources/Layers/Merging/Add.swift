import Tensors

/// y = x₀ + x₁ + …, element by element.
public struct Add: ElementwiseMerging {
  public static let stem = "add"

  /// Of two inputs or more.
  public init() {}

  public func forward(xs: [TensorView], y: TensorView) {
    // y = x₀ + x₁ + …
    fold(.add, xs: xs, y: y)
  }

  public func backward(xs: [TensorView], y: TensorView, dy: TensorView, dxs: [TensorView?], scratch: MutableFloatBuffer)
  {
    // forward: y = x₀ + x₁ + …, so every dx is dy
    for case let dx? in dxs { passOn(dy, to: dx) }
  }
}
