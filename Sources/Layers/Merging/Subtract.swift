import Tensors

/// y = x₀ - x₁, element by element.
public struct Subtract: ElementwiseMerging {
  public static let stem = "subtract"

  /// Of two inputs.
  public init() {}

  public func outputShape(for inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs.count == 2 else { throw ShapeError("takes 2 inputs, got \(inputs.count)") }
    return try Add().outputShape(for: inputs)
  }

  public func forward(xs: [TensorView], y: TensorView) {
    // y = x₀ - x₁
    fold(.subtract, xs: xs, y: y)
  }

  public func backward(xs: [TensorView], y: TensorView, dy: TensorView, dxs: [TensorView?], scratch: MutableFloatBuffer)
  {
    // forward: y = x₀ - x₁
    if let dx = dxs[0] { passOn(dy, to: dx) }
    if let dx = dxs[1] { passOn(dy, to: dx, factor: -1) }
  }
}
