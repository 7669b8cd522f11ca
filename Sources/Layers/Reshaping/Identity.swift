import Tensors

/// Passes its input on as it is. The memory stays as it is.
public struct Identity: Layer {
  public static let stem = "identity"
  public var isReshaping: Bool { true }

  /// There is nothing to choose.
  public init() {}

  public func outputShape(for input: Shape) -> Shape { input }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {}
  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {}
}
