import Kernels
import Tensors

/// A fully connected layer with bias and activation, on the last axis: (…, in) → (…, units).
///
/// Parameters: `kernel` (in, units); `bias` (units,).
public struct Dense: AffineLayer {
  public static let stem = "dense"

  /// The length of the output's last axis.
  public let units: Int
  public var activation: Activation
  /// Whether each unit adds a number of its own.
  public let useBias: Bool
  /// What is said of the kernel.
  public var kernelOptions: ParameterOptions
  /// What is said of the bias.
  public var biasOptions: ParameterOptions

  /// `units` outputs, each connected to every input.
  public init(
    _ units: Int, activation: Activation = .linear, useBias: Bool = true,
    kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
    kernelRegularizer: Regularizer? = nil
  ) {
    precondition(units > 0, "a dense layer has units")
    self.units = units
    self.activation = activation
    self.useBias = useBias
    kernelOptions = ParameterOptions(kernelInitializer, regularizer: kernelRegularizer)
    biasOptions = ParameterOptions(biasInitializer)
  }

  public var biased: Dense { Dense(units, activation: activation) }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank >= 1 else { throw ShapeError("takes (…, features), got \(input)") }
    return Shape(input.dimensions.dropLast() + [units])
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    let kernel = ParameterSpecification(name: "kernel", shape: [inputs(input), units], kernelOptions)
    guard useBias else { return [kernel] }
    return [kernel, ParameterSpecification(name: "bias", shape: [units], biasOptions)]
  }

  public var grain: Grain { .many }

  public func keptCount(for input: Shape) -> Int { activation.readsInput ? input.count / inputs(input) * units : 0 }

  /// 2·in·units for each row.
  public func forwardFLOPs(for input: Shape) -> Int { 2 * input.count * units }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y (rows, units) = activation(x (rows, in) · kernel (in, units) + bias (units,)), rows = N·…
    let (rows, inputs) = (rows(x), inputs(x.shape))
    multiply(
      Matrix(x.reading, rows: rows, columns: inputs), Matrix(pass.parameter(0), rows: inputs, columns: units),
      into: Matrix(y.buffer, rows: rows, columns: units), slices: pass.slices, rowsPerSample: x.shape.count / inputs)
    activation.apply(
      bias: useBias ? pass.parameter(1) : nil, to: y.buffer, before: activation.readsInput ? pass.kept : nil,
      channels: units)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    if !pass.gradientIsRectified {
      activation.gradient(before: pass.kept.reading, y: y.reading, dy: dy.buffer, channels: units)
    }
    guard let dx else { return }
    // forward: x · kernel, so dx (rows, in) = dy (rows, units) · kernelᵀ
    let (rows, inputs) = (rows(x), inputs(x.shape))
    multiply(
      Matrix(dy.reading, rows: rows, columns: units),
      Matrix(pass.parameter(0), rows: inputs, columns: units).transposed,
      into: Matrix(dx.buffer, rows: rows, columns: inputs), slices: pass.slices,
      rowsPerSample: x.shape.count / inputs)
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: x · kernel + bias, so dkernel (in, units) = xᵀ · dy, here some rows of it, and dbias is the sum of dy's rows
    let mode: ProductMode = pass.accumulates ? .accumulate : .replace
    let (rows, inputs) = (rows(x), inputs(x.shape))
    let blocks = kernelBlocks(inputs)
    let part = blocks[pass.block]
    multiply(
      Matrix(x.reading, rows: rows, columns: inputs).part(0..<rows, part).transposed,
      Matrix(dy.reading, rows: rows, columns: units),
      into: Matrix(pass.gradient(0), rows: inputs, columns: units).rows(part), mode)
    if useBias && pass.block == blocks.count - 1 { biasGradient(dy: dy.reading, dbias: pass.gradient(1), mode) }
  }

  public func gradientBlocks(for input: Shape) -> [Range<Int>] {
    let inputs = inputs(input)
    return kernelBlocks(inputs).map { part in
      let isLast = part.upperBound == inputs
      return part.lowerBound * units..<part.upperBound * units + (isLast && useBias ? units : 0)
    }
  }

  public func addsExactly(samples: Int, for input: Shape) -> Bool {
    let inputs = inputs(input)
    return Set(kernelBlocks(inputs).map(\.count)).allSatisfy {
      Kernels.addsExactly(rows: $0, columns: units, inner: samples * input.count / inputs, stride: inputs)
    }
  }

  /// The rows of the kernel, cut evenly into blocks of up to a mebibyte: a slice's gradient and the sum that it goes to then
  /// stay in the cache until the last slice is done.
  private func kernelBlocks(_ inputs: Int) -> [Range<Int>] {
    let count = min(inputs, (inputs * units + Self.blockCount - 1) / Self.blockCount)
    return (0..<count).map { inputs * $0 / count..<inputs * ($0 + 1) / count }
  }

  /// The floats of a block.
  private static let blockCount = 262_144

  private func inputs(_ input: Shape) -> Int { input[input.rank - 1] }

  private func rows(_ x: TensorView) -> Int { x.samples * x.shape.count / inputs(x.shape) }
}
