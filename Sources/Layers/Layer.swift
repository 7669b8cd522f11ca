import Kernels
import Tensors

/// One step of a network: a value without state or shapes of its own. A layer is told where its parameters lie, what to
/// read and where to write, so the same value serves every worker at once.
///
/// Conformances keep `forward` and `backward` side by side. Both run on one slice, on one thread.
public protocol Layer: Sendable {
  /// The stem of Keras's automatic names: `conv2d` gives `conv2d`, `conv2d_1`, …
  static var stem: String { get }

  /// The shape of one output sample.
  ///
  /// - Throws: `ShapeError` when no such input can be taken.
  func outputShape(for input: Shape) throws(ShapeError) -> Shape

  /// What the layer learns, in Keras's order.
  func parameters(for input: Shape) -> [ParameterSpecification]

  /// How many floats of scratch memory a pass needs, whatever the number of samples.
  func scratchCount(for input: Shape) -> Int

  /// Whether the output is the input's own memory under another shape; then neither pass is called.
  var isReshaping: Bool { get }

  /// Computes `y`, every float of it, from `x`.
  func forward(x: TensorView, y: TensorView, in pass: LayerPass)

  /// Computes the gradients of the parameters, and of the input unless `dx` is nil, every float of them, from forward's
  /// `x` and `y` and the output's gradient `dy`, which it may overwrite.
  func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass)
}

extension Layer {
  public func parameters(for input: Shape) -> [ParameterSpecification] { [] }
  public func scratchCount(for input: Shape) -> Int { 0 }
  public var isReshaping: Bool { false }
}

/// A layer that ends in an element-wise function. The network's last one leaves its softmax to the loss.
public protocol ActivatedLayer: Layer {
  /// The function at the end.
  var activation: Activation { get set }
}

/// One tensor that a layer learns.
public struct ParameterSpecification: Sendable {
  /// Keras's name within the layer: `kernel`, `bias`.
  public let name: String
  /// Its extents.
  public let shape: Shape
  /// How it starts.
  public let initializer: Initializer

  /// Describes a tensor.
  public init(name: String, shape: Shape, initializer: Initializer) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
  }
}

/// A layer cannot take the input that it got.
public struct ShapeError: Error, Equatable, CustomStringConvertible {
  /// What was found and what was expected.
  public let description: String

  /// Describes the misfit.
  public init(_ description: String) {
    self.description = description
  }
}
