import Kernels
import Tensors

/// What `Conv1D`, `Conv2D` and `Conv3D` share, which is all but their number of axes: (axes…, C) → (axes'…, filters), where
/// `SlidingWindow` gives the extents.
///
/// Parameters: `kernel` (taps…, C, filters) and, with `useBias`, `bias` (filters,).
public protocol ConvolutionLayer: ActivatedLayer {
  /// The output's channels.
  var filters: Int { get }
  /// Where the kernel slides.
  var window: SlidingWindow { get }
  /// Whether each filter adds a number of its own.
  var useBias: Bool { get }
  /// What is said of the kernel.
  var kernelOptions: ParameterOptions { get }
  /// What is said of the bias.
  var biasOptions: ParameterOptions { get }
}

extension ConvolutionLayer {
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    Shape(try window.outputExtents(for: input, "a kernel") + [filters])
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    let kernel = ParameterSpecification(
      name: "kernel", shape: Shape(window.kernel + [input[input.rank - 1], filters]),
      kernelOptions)
    guard useBias else { return [kernel] }
    return [kernel, ParameterSpecification(name: "bias", shape: [filters], biasOptions)]
  }

  public func scratchCount(for input: Shape) -> Int { Convolution.scratchCount(geometry(input)) }

  public func granule(for input: Shape) -> Int { Convolution.granule(geometry(input)) }

  public func keptCount(for input: Shape) -> Int { activation.readsInput ? geometry(input).outputCount : 0 }

  public var backwardReadsOutput: Bool { activation != .linear && !activation.readsInput }

  /// 2·outputs·taps·C: every output takes a whole patch, be it over padding or not.
  public func forwardFLOPs(for input: Shape) -> Int {
    let geometry = geometry(input)
    return 2 * geometry.outputCount * geometry.patch
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = activation(x ∗ kernel + bias)
    Convolution.forward(
      geometry(x.shape), x: x, kernel: pass.parameter(0), bias: useBias ? pass.parameter(1) : nil,
      activation: activation, y: y, before: activation.readsInput ? pass.kept : nil, scratch: pass.scratch)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = activation(x ∗ kernel + bias)
    if !pass.gradientIsRectified {
      activation.gradient(before: pass.kept.reading, y: y.reading, dy: dy.buffer, channels: filters)
    }
    if let dx {
      Convolution.inputGradient(geometry(x.shape), dy: dy, kernel: pass.parameter(0), dx: dx, scratch: pass.scratch)
    }
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: x ∗ kernel + bias
    let mode: ProductMode = pass.accumulates ? .accumulate : .replace
    Convolution.kernelGradient(geometry(x.shape), x: x, dy: dy, dkernel: pass.gradient(0), mode, scratch: pass.scratch)
    if useBias { biasGradient(dy: dy.reading, dbias: pass.gradient(1), mode) }
  }

  private func geometry(_ input: Shape) -> ConvolutionGeometry {
    ConvolutionGeometry(window.geometry(input), filters: filters)
  }
}
