import Kernels
import Tensors

/// What `Conv1D`, `Conv2D` and `Conv3D` share, which is all but their number of axes: (axes…, C) → (axes'…, filters), where
/// `SlidingWindow` gives the extents.
///
/// Parameters: `kernel` (taps…, C / groups, filters) and, with `useBias`, `bias` (filters,).
public protocol ConvolutionLayer: WindowedLayer, AffineLayer, TrimmableLayer {
  /// The output's channels.
  var filters: Int { get }
  /// How many groups of channels have filters of their own.
  var groups: Int { get }
  /// What is said of the kernel.
  var kernelOptions: ParameterOptions { get set }
  /// What is said of the bias.
  var biasOptions: ParameterOptions { get set }

  /// `filters` outputs from each place of `window`, which has the layer's axes.
  init(_ filters: Int, window: SlidingWindow, groups: Int, activation: Activation, useBias: Bool)
}

extension ConvolutionLayer {
  /// `filters` outputs from each place of a kernel of `kernel` taps.
  public init(
    _ filters: Int, kernel: Extents, stride: Extents = 1, padding: Padding = .valid, dilation: Extents = 1,
    groups: Int = 1, activation: Activation = .linear, useBias: Bool = true,
    kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
    kernelRegularizer: Regularizer? = nil
  ) {
    self.init(
      filters,
      window: SlidingWindow(kernel: kernel.list, stride: stride.list, dilation: dilation.list, padding: padding),
      groups: groups, activation: activation, useBias: useBias)
    kernelOptions = ParameterOptions(kernelInitializer, regularizer: kernelRegularizer)
    biasOptions = ParameterOptions(biasInitializer)
  }

  public var biased: Self {
    Self(filters, window: window, groups: groups, activation: activation, useBias: true)
  }

  public func giving(_ extents: [Int]) -> Self {
    var window = window
    window.outputs = extents
    var layer = Self(filters, window: window, groups: groups, activation: activation, useBias: useBias)
    (layer.kernelOptions, layer.biasOptions) = (kernelOptions, biasOptions)
    return layer
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    let extents = try window.outputExtents(for: input, "a kernel")
    let channels = input[input.rank - 1]
    guard channels % groups == 0 else {
      throw ShapeError("takes channels in \(groups) groups of one size, got \(input)")
    }
    return Shape(extents + [filters])
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    let kernel = ParameterSpecification(
      name: "kernel", shape: Shape(window.kernel + [input[input.rank - 1] / groups, filters]), kernelOptions
    ).reading(groups == 1 ? .all : .groups(groups))
    guard useBias else { return [kernel] }
    return [kernel, ParameterSpecification(name: "bias", shape: [filters], biasOptions)]
  }

  public func scratchCount(for input: Shape) -> Int {
    switch form(input) {
    case .whole(let geometry): Convolution.scratchCount(geometry)
    case .grouped(let convolution): convolution.scratchCount
    case .depthwise(let depthwise): depthwise.scratchCount
    }
  }

  public func granule(for input: Shape) -> Int { groups == 1 ? Convolution.granule(geometry(input)) : 1 }

  public func keptCount(for input: Shape) -> Int { activation.readsInput ? geometry(input).outputCount : 0 }

  public var backwardReadsOutput: Bool { activation.readsOutput }

  /// 2·outputs·taps·C: every output takes a whole patch, be it over padding or not.
  public func forwardFLOPs(for input: Shape) -> Int {
    let geometry = geometry(input)
    return 2 * geometry.outputCount * (geometry.patch / groups)
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = activation(x ∗ kernel + bias)
    let bias = useBias ? pass.parameter(1) : nil
    let before = activation.readsInput ? pass.kept : nil
    switch form(x.shape) {
    case .whole(let geometry):
      Convolution.forward(
        geometry, x: x, kernel: pass.parameter(0), bias: bias, activation: activation, y: y, before: before,
        scratch: pass.scratch)
    case .grouped(let convolution):
      convolution.forward(x: x, kernel: pass.parameter(0), y: y, scratch: pass.scratch)
      activation.apply(bias: bias, to: y.buffer, before: before, channels: filters)
    case .depthwise(let depthwise):
      depthwise.forward(
        x: x, kernel: pass.parameter(0), bias: bias, activation: activation, y: y, before: before,
        scratch: pass.scratch)
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = activation(x ∗ kernel + bias)
    if !pass.gradientIsRectified {
      activation.gradient(before: pass.kept.reading, y: y.reading, dy: dy.buffer, channels: filters)
    }
    guard let dx else { return }
    switch form(x.shape) {
    case .whole(let geometry):
      Convolution.inputGradient(geometry, dy: dy, kernel: pass.parameter(0), dx: dx, scratch: pass.scratch)
    case .grouped(let convolution):
      convolution.inputGradient(dy: dy, kernel: pass.parameter(0), dx: dx, scratch: pass.scratch)
    case .depthwise(let depthwise):
      depthwise.inputGradient(dy: dy, kernel: pass.parameter(0), dx: dx, scratch: pass.scratch)
    }
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: x ∗ kernel + bias
    let mode: ProductMode = pass.accumulates ? .accumulate : .replace
    let dkernel = pass.gradient(0)
    switch form(x.shape) {
    case .whole(let geometry):
      Convolution.kernelGradient(geometry, x: x, dy: dy, dkernel: dkernel, mode, scratch: pass.scratch)
    case .grouped(let convolution):
      convolution.kernelGradient(x: x, dy: dy, dkernel: dkernel, mode, scratch: pass.scratch)
    case .depthwise(let depthwise):
      depthwise.kernelGradient(x: x, dy: dy, dkernel: dkernel, mode, scratch: pass.scratch)
    }
    if useBias { biasGradient(dy: dy, dbias: pass.gradient(1), mode) }
  }

  private func form(_ input: Shape) -> ConvolutionForm {
    let geometry = geometry(input)
    if groups == 1 { return .whole(geometry) }
    let channels = input[input.rank - 1]
    guard groups == channels && window.kernel.count < 3 else {
      return .grouped(GroupedConvolution(geometry, groups: groups))
    }
    return .depthwise(RepeatedDepthwise(geometry.window, multiplier: filters / channels))
  }

  private func geometry(_ input: Shape) -> ConvolutionGeometry {
    ConvolutionGeometry(window.geometry(input), filters: filters)
  }
}

/// How a convolution's channels are grouped.
private enum ConvolutionForm {
  /// All in one.
  case whole(ConvolutionGeometry)
  /// Some in each group.
  case grouped(GroupedConvolution)
  /// One in each.
  case depthwise(RepeatedDepthwise)
}
