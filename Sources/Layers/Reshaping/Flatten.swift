import Tensors

/// One axis instead of many: (a, b, …) → (a·b·…,). The memory stays as it is.
public struct Flatten: Layer {
  public static let stem = "flatten"
  public var isReshaping: Bool { true }

  /// Flattens each sample.
  public init() {}

  public func outputShape(for input: Shape) -> Shape { [input.count] }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {}
  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {}
}
