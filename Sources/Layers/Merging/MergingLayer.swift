import Tensors

/// A layer of several inputs, without parameters: a value without state, like `Layer`. It works sample by sample.
public protocol MergingLayer: Sendable {
  /// The stem of Keras's automatic names: `add` gives `add`, `add_1`, …
  static var stem: String { get }

  /// What Keras calls such layers: `Add`. It is the type's own name.
  static var className: String { get }

  /// The shape of one output sample.
  ///
  /// - Throws: `ShapeError` when such inputs cannot be merged, or there are too few of them.
  func outputShape(for inputs: [Shape]) throws(ShapeError) -> Shape

  /// How many floats of scratch memory a pass needs, whatever the number of samples.
  func scratchCount(for inputs: [Shape], output: Shape) -> Int

  /// Whether `backward` looks at forward's `xs`.
  var backwardReadsInputs: Bool { get }

  /// Whether `backward` looks at forward's `y`.
  var backwardReadsOutput: Bool { get }

  /// Computes `y`, every float of it, from `xs`.
  func forward(xs: [TensorView], y: TensorView)

  /// Computes the gradients of the inputs, every float of those that are wanted, from forward's `xs` and `y` and the
  /// output's gradient `dy`, in which it leaves the gradient before the function at its end, where it has one.
  ///
  /// - Parameters:
  ///   - dxs: one for each input; nil where it is not wanted.
  ///   - scratch: `scratchCount` floats to lend for the length of the call.
  func backward(xs: [TensorView], y: TensorView, dy: TensorView, dxs: [TensorView?], scratch: MutableFloatBuffer)
}

extension MergingLayer {
  public static var className: String { "\(Self.self)" }
  public func scratchCount(for inputs: [Shape], output: Shape) -> Int { 0 }
  public var backwardReadsInputs: Bool { false }
  public var backwardReadsOutput: Bool { false }
}
