import Kernels
import Tensors

/// A fully connected layer with bias and activation: (in,) → (units,).
///
/// Parameters: `kernel` (in, units), Glorot-uniform; `bias` (units,), zeros.
public struct Dense: ActivatedLayer {
  public static let stem = "dense"

  /// The length of the output.
  public let units: Int
  public var activation: Activation

  /// `units` outputs, each connected to every input.
  public init(_ units: Int, activation: Activation = .linear) {
    precondition(units > 0, "a dense layer has units")
    self.units = units
    self.activation = activation
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 1 else { throw ShapeError("takes a flat input, got \(input): put Flatten() before it") }
    return [units]
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    [
      ParameterSpecification(name: "kernel", shape: [input[0], units], initializer: .glorotUniform),
      ParameterSpecification(name: "bias", shape: [units], initializer: .zeros),
    ]
  }

  public var grain: Grain { .many }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y (N, units) = activation(x (N, in) · kernel (in, units) + bias (units,))
    let inputs = x.shape.count
    multiply(
      Matrix(x.reading, rows: x.samples, columns: inputs), Matrix(pass.parameter(0), rows: inputs, columns: units),
      into: Matrix(y.buffer, rows: y.samples, columns: units), slices: pass.slices)
    activation.apply(bias: pass.parameter(1), to: y.buffer, channels: units)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    activation.gradient(y: y.reading, dy: dy.buffer, channels: units)
    guard let dx else { return }
    // forward: x · kernel, so dx (N, in) = dy (N, units) · kernelᵀ
    let inputs = x.shape.count
    multiply(
      Matrix(dy.reading, rows: dy.samples, columns: units),
      Matrix(pass.parameter(0), rows: inputs, columns: units).transposed,
      into: Matrix(dx.buffer, rows: dx.samples, columns: inputs), slices: pass.slices)
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: x · kernel + bias, so dkernel (in, units) = xᵀ · dy, and dbias is the sum of dy's rows
    let mode: ProductMode = pass.accumulates ? .accumulate : .replace
    let inputs = x.shape.count
    multiply(
      Matrix(x.reading, rows: x.samples, columns: inputs).transposed,
      Matrix(dy.reading, rows: dy.samples, columns: units),
      into: Matrix(pass.gradient(0), rows: inputs, columns: units), mode)
    biasGradient(dy: dy.reading, dbias: pass.gradient(1), mode)
  }
}
