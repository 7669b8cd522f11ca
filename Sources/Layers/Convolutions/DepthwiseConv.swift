import Kernels
import Tensors

/// What `DepthwiseConv1D` and `DepthwiseConv2D` share: (axes…, C) → (axes'…, C·M), each channel by M filters of its own.
///
/// Parameters: `kernel` (taps…, C, M) and, with `useBias`, `bias` (C·M,).
public protocol DepthwiseLayer: WindowedLayer, AffineLayer {
  /// M, how many filters each channel has.
  var depthMultiplier: Int { get }
  /// What is said of the kernel.
  var kernelOptions: ParameterOptions { get set }
  /// What is said of the bias.
  var biasOptions: ParameterOptions { get set }

  /// `depthMultiplier` outputs for each channel from each place of `window`, which has the layer's axes.
  init(window: SlidingWindow, depthMultiplier: Int, activation: Activation, useBias: Bool)
}

extension DepthwiseLayer {
  /// `depthMultiplier` outputs for each channel from each place of a kernel of `kernel` taps.
  public init(
    kernel: Extents, stride: Extents = 1, padding: Padding = .valid, dilation: Extents = 1, depthMultiplier: Int = 1,
    activation: Activation = .linear, useBias: Bool = true
  ) {
    self.init(
      window: SlidingWindow(kernel: kernel.list, stride: stride.list, dilation: dilation.list, padding: padding),
      depthMultiplier: depthMultiplier, activation: activation, useBias: useBias)
  }

  public var biased: Self {
    Self(window: window, depthMultiplier: depthMultiplier, activation: activation, useBias: true)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    Shape(try window.outputExtents(for: input, "a kernel") + [input[input.rank - 1] * depthMultiplier])
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    let channels = input[input.rank - 1]
    let kernel = ParameterSpecification(
      name: "kernel", shape: Shape(window.kernel + [channels, depthMultiplier]), kernelOptions
    ).reading(.single)
    guard useBias else { return [kernel] }
    return [kernel, ParameterSpecification(name: "bias", shape: [channels * depthMultiplier], biasOptions)]
  }

  public func scratchCount(for input: Shape) -> Int { convolution(input).scratchCount }

  public func keptCount(for input: Shape) -> Int { activation.readsInput ? convolution(input).outputCount : 0 }

  public var backwardReadsOutput: Bool { activation.readsOutput }

  /// 2·outputs·taps.
  public func forwardFLOPs(for input: Shape) -> Int {
    let convolution = convolution(input)
    return 2 * convolution.outputCount * convolution.wide.taps
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[c·M + m] = activation(x[c] ∗ kernel[c, m] + bias)
    convolution(x.shape).forward(
      x: x, kernel: pass.parameter(0), bias: useBias ? pass.parameter(1) : nil, activation: activation, y: y,
      before: activation.readsInput ? pass.kept : nil, scratch: pass.scratch)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y[c·M + m] = activation(x[c] ∗ kernel[c, m] + bias)
    if !pass.gradientIsRectified {
      activation.gradient(before: pass.kept.reading, y: y.reading, dy: dy.buffer, channels: channels(y))
    }
    if let dx {
      convolution(x.shape).inputGradient(dy: dy, kernel: pass.parameter(0), dx: dx, scratch: pass.scratch)
    }
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: x[c] ∗ kernel[c, m] + bias
    let mode: ProductMode = pass.accumulates ? .accumulate : .replace
    convolution(x.shape).kernelGradient(x: x, dy: dy, dkernel: pass.gradient(0), mode, scratch: pass.scratch)
    if useBias { biasGradient(dy: dy, dbias: pass.gradient(1), mode) }
  }

  private func channels(_ y: TensorView) -> Int { y.shape[y.shape.rank - 1] }

  private func convolution(_ input: Shape) -> RepeatedDepthwise {
    RepeatedDepthwise(window.geometry(input), multiplier: depthMultiplier)
  }
}

/// One-dimensional depthwise convolution: (length, C) → (length', C·M).
public struct DepthwiseConv1D: DepthwiseLayer {
  public typealias Extents = Int
  public static let stem = "depthwise_conv1d"
  public let window: SlidingWindow
  public let depthMultiplier: Int
  public var activation: Activation
  public let useBias: Bool
  public var kernelOptions = ParameterOptions.kernel
  public var biasOptions = ParameterOptions.bias

  public init(window: SlidingWindow, depthMultiplier: Int, activation: Activation, useBias: Bool) {
    precondition(depthMultiplier > 0, "each channel has filters")
    (self.window, self.depthMultiplier) = (window, depthMultiplier)
    (self.activation, self.useBias) = (activation, useBias)
  }
}

/// Two-dimensional depthwise convolution: (H, W, C) → (OH, OW, C·M).
public struct DepthwiseConv2D: DepthwiseLayer {
  public typealias Extents = Extents2
  public static let stem = "depthwise_conv2d"
  public let window: SlidingWindow
  public let depthMultiplier: Int
  public var activation: Activation
  public let useBias: Bool
  public var kernelOptions = ParameterOptions.kernel
  public var biasOptions = ParameterOptions.bias

  public init(window: SlidingWindow, depthMultiplier: Int, activation: Activation, useBias: Bool) {
    precondition(depthMultiplier > 0, "each channel has filters")
    (self.window, self.depthMultiplier) = (window, depthMultiplier)
    (self.activation, self.useBias) = (activation, useBias)
  }
}
