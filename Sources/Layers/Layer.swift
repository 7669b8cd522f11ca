import Kernels
import Tensors

/// One step of a network: a value without state or shapes of its own. A layer is told where its parameters lie, what to
/// read and where to write, so the same value serves every worker at once.
///
/// Conformances keep `forward`, `backward` and `parameterGradients` side by side. All run on one thread.
public protocol Layer: Sendable {
  /// The stem of Keras's automatic names: `conv2d` gives `conv2d`, `conv2d_1`, …
  static var stem: String { get }

  /// What Keras calls such layers: `Conv2D`. It is the type's own name, but for a few.
  static var className: String { get }

  /// The shape of one output sample.
  ///
  /// - Throws: `ShapeError` when no such input can be taken.
  func outputShape(for input: Shape) throws(ShapeError) -> Shape

  /// What the layer learns or keeps, in Keras's order.
  func parameters(for input: Shape) -> [ParameterSpecification]

  /// How many floats of scratch memory a pass needs, whatever the number of samples.
  func scratchCount(for input: Shape) -> Int

  /// How many floats the layer keeps from forward to backward for each sample, or, where its grain is `.slice`, for each
  /// slice.
  func keptCount(for input: Shape) -> Int

  /// The floating-point operations of forward on one sample: 2 for each multiplication with its addition, in
  /// convolutions and dense layers; all else counts as nothing.
  func forwardFLOPs(for input: Shape) -> Int

  /// Whether the output is the input's own memory under another shape; then neither pass is called.
  var isReshaping: Bool { get }

  /// Whether forward only passes its input on where nothing is drawn; it may then be left out.
  var isIdentityInInference: Bool { get }

  /// How many samples the passes like to get at a time.
  var grain: Grain { get }

  /// A power of two. Where the grain is `.few`, each pass over a part of a slice starts at a multiple of this many samples,
  /// counted from the slice's first, so that samples that share a product are always the same.
  func granule(for input: Shape) -> Int

  /// Whether `backward` leaves 0 in `dx` wherever `x` is not positive, where `pass.inputIsRectified`. A ReLU in front has then
  /// nothing left to do.
  var rectifiesGradient: Bool { get }

  /// Whether `backward` or `parameterGradients` looks at forward's `x`; where none does it may be overwritten before.
  var backwardReadsInput: Bool { get }

  /// Whether `backward` looks at forward's `y`, but for the gradient of a ReLU that is left to the next layer.
  var backwardReadsOutput: Bool { get }

  /// The blocks, in the order of the arena and counted from the layer's first float, into which the parameters of a layer of
  /// grain `.many` are cut. The gradients of a block are computed for all slices before those of the next, so that their
  /// sum stays in the cache.
  func gradientBlocks(for input: Shape) -> [Range<Int>]

  /// Whether `parameterGradients` of `samples` samples that accumulates has, bit for bit, what was there before plus the
  /// gradient: for layers of grain `.many`.
  func addsExactly(samples: Int, for input: Shape) -> Bool

  /// Computes `y`, every float of it, from `x`.
  func forward(x: TensorView, y: TensorView, in pass: LayerPass)

  /// Computes the gradient of the input, every float of it, unless `dx` is nil, from forward's `x` and `y` and the
  /// output's gradient `dy`; leaves in `dy` what `parameterGradients` needs, the gradient before the activation.
  func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass)

  /// Computes the gradients of the parameters for samples of one slice, from forward's `x` and what `backward` left in
  /// `dy`: overwrites them, or adds to them where `pass.accumulates`; of layers with blocks, those of `pass.block` alone.
  func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass)
}

/// How many samples a layer's passes like to get at a time. The bits are the same whatever the first two get.
public enum Grain: Sendable {
  /// A few, so that they stay in the cache from one layer to the next.
  case few
  /// As many as there are, of many slices, because the work is a product that gains from more rows.
  case many
  /// A few too, but those of a whole slice twice, because the result depends on all of them; see `MeasuringLayer`.
  case slice
}

extension Layer {
  public static var className: String { "\(Self.self)" }
  public func parameters(for input: Shape) -> [ParameterSpecification] { [] }
  public func scratchCount(for input: Shape) -> Int { 0 }
  public func keptCount(for input: Shape) -> Int { 0 }
  public func forwardFLOPs(for input: Shape) -> Int { 0 }
  public var isReshaping: Bool { false }
  public var isIdentityInInference: Bool { false }
  public var grain: Grain { .few }
  public func granule(for input: Shape) -> Int { 1 }
  public var rectifiesGradient: Bool { false }
  public var backwardReadsInput: Bool { true }
  public var backwardReadsOutput: Bool { true }
  public func gradientBlocks(for input: Shape) -> [Range<Int>] {
    [0..<parameters(for: input).reduce(0) { $0 + $1.shape.count }]
  }
  public func addsExactly(samples: Int, for input: Shape) -> Bool { false }
  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {}
}

/// A layer that ends in an element-wise function. The network's last one leaves its softmax to the loss.
public protocol ActivatedLayer: Layer {
  /// The function at the end.
  var activation: Activation { get set }
}

/// A layer whose outputs are, up to its function, sums of products with a bias, channel by channel. What scales and shifts each
/// channel behind it might as well be in its parameters.
///
/// Its last parameter but the bias is the kernel, in which the outputs' channels lie side by side: rows of as many floats.
public protocol AffineLayer: ActivatedLayer {
  /// Whether each output channel adds a number of its own, the last parameter.
  var useBias: Bool { get }
  /// The same layer with a bias.
  var biased: Self { get }
}

/// What is written without a function at its end, but can be run with that of the stage behind: the function then sees the
/// outputs while they are in the cache.
package protocol Activatable: Sendable {
  /// The function at the end; linear for none.
  var activation: Activation { get set }
  /// Whether it can be run with such a function at its end.
  func takes(_ activation: Activation) -> Bool
}

extension Activatable {
  package func takes(_ activation: Activation) -> Bool { activation.isElementwise }
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
