import Kernels
import Tensors

/// A layer that is nothing but a function of its elements; at a model's end it is more than logits.
public protocol FunctionLayer: Layer {
  /// The activation that is the same function; nil where none is.
  var standard: Activation? { get }
}

extension FunctionLayer {
  public var standard: Activation? { nil }
}

/// A layer that does nothing but its activation; the shape stays.
public protocol BareActivationLayer: ActivatedLayer {}

extension BareActivationLayer {
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank >= 1 else { throw ShapeError("takes (…, channels), got \(input)") }
    return input
  }

  public var isReshaping: Bool { activation == .linear }

  public var backwardReadsInput: Bool { activation.readsInput }

  public var backwardReadsOutput: Bool { activation.readsOutput }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = activation(x)
    activation.apply(x.reading, into: y.buffer, channels: x.shape[x.shape.rank - 1])
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = activation(x)
    guard let dx else { return }
    if pass.gradientIsRectified { return copy(dy.reading, to: dx.buffer) }
    activation.gradient(
      before: x.reading, y: y.reading, dy: dy.reading, dx: dx.buffer, channels: x.shape[x.shape.rank - 1])
  }
}

/// An activation as a layer of its own, Keras's `Activation`; the shape stays.
public struct ActivationLayer: BareActivationLayer {
  public static let stem = "activation"
  public static let className = "Activation"
  public var activation: Activation

  /// Applies `activation` to every element, or, if it is softmax, to the last axis.
  public init(_ activation: Activation) {
    self.activation = activation
  }
}

/// Softmax over the last axis as a layer of its own: y = exp(x) / Σ exp(x); the shape stays.
public struct Softmax: BareActivationLayer {
  public static let stem = "softmax"
  public var activation: Activation = .softmax

  /// Over the last axis.
  public init() {}
}
