import Kernels
import Tensors

/// What `Conv1DTranspose`, `Conv2DTranspose` and `Conv3DTranspose` share: the transposed map of a convolution (Zeiler et al.,
/// "Deconvolutional networks", 2010), which makes of each input a window of outputs: (axes…, C) → (axes'…, filters). With
/// reach r = (kernel - 1)·dilation + 1 an axis of size n gives
///
///     valid: (n - 1)·stride + r + p, where p = max(stride - r, 0) unless it is given
///     same:  n·stride, or with p given (n - 1)·stride + r mod 2 + p
///
/// Parameters: `kernel` (taps…, filters, C) and, with `useBias`, `bias` (filters,).
public protocol TransposedConvolutionLayer: WindowedLayer, ActivatedLayer {
  /// The output's channels.
  var filters: Int { get }
  /// p, for each axis; nil for the standard.
  var outputPadding: [Int]? { get }
  /// Whether each filter adds a number of its own.
  var useBias: Bool { get }
  /// What is said of the kernel.
  var kernelOptions: ParameterOptions { get set }
  /// What is said of the bias.
  var biasOptions: ParameterOptions { get set }

  /// `filters` outputs; `window` is that of the convolution that leads back, from outputs to inputs, and has the layer's axes.
  init(_ filters: Int, window: SlidingWindow, outputPadding: [Int]?, activation: Activation, useBias: Bool)
}

extension TransposedConvolutionLayer {
  /// `filters` outputs by a kernel of `kernel` taps.
  public init(
    _ filters: Int, kernel: Extents, stride: Extents = 1, padding: Padding = .valid, outputPadding: Extents? = nil,
    dilation: Extents = 1, activation: Activation = .linear, useBias: Bool = true
  ) {
    self.init(
      filters,
      window: SlidingWindow(kernel: kernel.list, stride: stride.list, dilation: dilation.list, padding: padding),
      outputPadding: outputPadding?.list, activation: activation, useBias: useBias)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try input.requireSpatialAxes(Self.axes)
    let extents = extents(for: input)
    guard extents.allSatisfy({ $0 > 0 }) else { throw ShapeError("would give \(extents) of \(input)") }
    let back = geometry(input).window
    let found = [back.depth.output, back.height.output, back.width.output].suffix(Self.axes)
    guard Array(found) == Array(input.dimensions.dropLast()) else {
      throw ShapeError(
        "cannot give \(extents) of \(input): a convolution with these strides leads from there to \(Array(found)); "
          + "choose another output_padding")
    }
    return Shape(extents + [filters])
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    let kernel = ParameterSpecification(
      name: "kernel", shape: Shape(window.kernel + [filters, input[input.rank - 1]]), kernelOptions)
    guard useBias else { return [kernel] }
    return [kernel, ParameterSpecification(name: "bias", shape: [filters], biasOptions)]
  }

  public func scratchCount(for input: Shape) -> Int { Convolution.scratchCount(geometry(input)) }

  public func granule(for input: Shape) -> Int { Convolution.granule(geometry(input)) }

  public func keptCount(for input: Shape) -> Int { activation.readsInput ? geometry(input).inputCount : 0 }

  public var backwardReadsOutput: Bool { activation.readsOutput }

  /// 2·inputs·taps·filters.
  public func forwardFLOPs(for input: Shape) -> Int {
    let geometry = geometry(input)
    return 2 * geometry.outputCount * geometry.patch
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = activation(the input gradient of a convolution by kernel, where x is that of its output, + bias)
    Convolution.inputGradient(geometry(x.shape), dy: x, kernel: pass.parameter(0), dx: y, scratch: pass.scratch)
    activation.apply(
      bias: useBias ? pass.parameter(1) : nil, to: y.buffer, before: activation.readsInput ? pass.kept : nil,
      channels: filters)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward is the transposed map of a convolution, so dx is that convolution of dy
    if !pass.gradientIsRectified {
      activation.gradient(before: pass.kept.reading, y: y.reading, dy: dy.buffer, channels: filters)
    }
    if let dx {
      Convolution.forward(
        geometry(x.shape), x: dy, kernel: pass.parameter(0), bias: nil, activation: .linear, y: dx,
        scratch: pass.scratch)
    }
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // Σ x · (dy ∗ kernel) is linear in the kernel: its gradient is that of a convolution of dy with x for output gradient
    let mode: ProductMode = pass.accumulates ? .accumulate : .replace
    Convolution.kernelGradient(geometry(x.shape), x: dy, dy: x, dkernel: pass.gradient(0), mode, scratch: pass.scratch)
    if useBias { biasGradient(dy: dy, dbias: pass.gradient(1), mode) }
  }

  /// The output's extents without its channels.
  private func extents(for input: Shape) -> [Int] {
    window.kernel.indices.map { axis in
      let (size, stride) = (input[axis], window.stride[axis])
      let reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1
      let padding = outputPadding?[axis]
      if window.padding == .valid { return (size - 1) * stride + reach + (padding ?? max(stride - reach, 0)) }
      return padding.map { (size - 1) * stride + reach % 2 + $0 } ?? size * stride
    }
  }

  /// The convolution that leads back, from (axes'…, filters) to (axes…, C).
  private func geometry(_ input: Shape) -> ConvolutionGeometry {
    ConvolutionGeometry(window.geometry(Shape(extents(for: input) + [filters])), filters: input[input.rank - 1])
  }
}

/// One-dimensional transposed convolution: (length, C) → (length', filters).
public struct Conv1DTranspose: TransposedConvolutionLayer {
  public typealias Extents = Int
  public static let stem = "conv1d_transpose"
  public let filters: Int
  public let window: SlidingWindow
  public let outputPadding: [Int]?
  public var activation: Activation
  public let useBias: Bool
  public var kernelOptions = ParameterOptions.kernel
  public var biasOptions = ParameterOptions.bias

  public init(_ filters: Int, window: SlidingWindow, outputPadding: [Int]?, activation: Activation, useBias: Bool) {
    precondition(filters > 0, "a convolution has filters")
    (self.filters, self.window, self.outputPadding) = (filters, window, outputPadding)
    (self.activation, self.useBias) = (activation, useBias)
  }
}

/// Two-dimensional transposed convolution: (H, W, C) → (OH, OW, filters).
public struct Conv2DTranspose: TransposedConvolutionLayer {
  public typealias Extents = Extents2
  public static let stem = "conv2d_transpose"
  public let filters: Int
  public let window: SlidingWindow
  public let outputPadding: [Int]?
  public var activation: Activation
  public let useBias: Bool
  public var kernelOptions = ParameterOptions.kernel
  public var biasOptions = ParameterOptions.bias

  public init(_ filters: Int, window: SlidingWindow, outputPadding: [Int]?, activation: Activation, useBias: Bool) {
    precondition(filters > 0, "a convolution has filters")
    (self.filters, self.window, self.outputPadding) = (filters, window, outputPadding)
    (self.activation, self.useBias) = (activation, useBias)
  }
}

/// Three-dimensional transposed convolution: (D, H, W, C) → (OD, OH, OW, filters).
public struct Conv3DTranspose: TransposedConvolutionLayer {
  public typealias Extents = Extents3
  public static let stem = "conv3d_transpose"
  public let filters: Int
  public let window: SlidingWindow
  public let outputPadding: [Int]?
  public var activation: Activation
  public let useBias: Bool
  public var kernelOptions = ParameterOptions.kernel
  public var biasOptions = ParameterOptions.bias

  public init(_ filters: Int, window: SlidingWindow, outputPadding: [Int]?, activation: Activation, useBias: Bool) {
    precondition(filters > 0, "a convolution has filters")
    (self.filters, self.window, self.outputPadding) = (filters, window, outputPadding)
    (self.activation, self.useBias) = (activation, useBias)
  }
}
