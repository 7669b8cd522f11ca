import Kernels
import Tensors

/// What `SeparableConv1D` and `SeparableConv2D` share: a depthwise convolution, then a mixture of the channels of each place
/// (Chollet, "Xception: deep learning with depthwise separable convolutions", 2017): (axes…, C) → (axes'…, filters).
///
/// Parameters: `depthwise_kernel` (taps…, C, M), `pointwise_kernel` (1…, C·M, filters) and, with `useBias`, `bias`
/// (filters,).
public protocol SeparableLayer: WindowedLayer, AffineLayer {
  /// The output's channels.
  var filters: Int { get }
  /// M, how many filters each channel has.
  var depthMultiplier: Int { get }
  /// What is said of the depthwise kernel.
  var depthwiseOptions: ParameterOptions { get set }
  /// What is said of the pointwise kernel.
  var pointwiseOptions: ParameterOptions { get set }
  /// What is said of the bias.
  var biasOptions: ParameterOptions { get set }

  /// `filters` outputs from each place of the depthwise kernel's `window`, which has the layer's axes.
  init(_ filters: Int, window: SlidingWindow, depthMultiplier: Int, activation: Activation, useBias: Bool)
}

extension SeparableLayer {
  /// `filters` outputs from each place of a depthwise kernel of `kernel` taps.
  public init(
    _ filters: Int, kernel: Extents, stride: Extents = 1, padding: Padding = .valid, dilation: Extents = 1,
    depthMultiplier: Int = 1, activation: Activation = .linear, useBias: Bool = true
  ) {
    self.init(
      filters,
      window: SlidingWindow(kernel: kernel.list, stride: stride.list, dilation: dilation.list, padding: padding),
      depthMultiplier: depthMultiplier, activation: activation, useBias: useBias)
  }

  public var biased: Self {
    Self(filters, window: window, depthMultiplier: depthMultiplier, activation: activation, useBias: true)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    Shape(try window.outputExtents(for: input, "a kernel") + [filters])
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    let channels = input[input.rank - 1]
    let kernels = [
      ParameterSpecification(
        name: "depthwise_kernel", shape: Shape(window.kernel + [channels, depthMultiplier]), depthwiseOptions
      ).reading(.single),
      ParameterSpecification(
        name: "pointwise_kernel", shape: Shape(window.kernel.map { _ in 1 } + [channels * depthMultiplier, filters]),
        pointwiseOptions),
    ]
    return useBias ? kernels + [ParameterSpecification(name: "bias", shape: [filters], biasOptions)] : kernels
  }

  /// The middle's gradient, and what the depthwise convolution needs.
  public func scratchCount(for input: Shape) -> Int {
    let convolution = convolution(input)
    return convolution.outputCount + convolution.scratchCount
  }

  /// What lies between the two convolutions, and what stands before the activation where its gradient reads that.
  public func keptCount(for input: Shape) -> Int {
    let convolution = convolution(input)
    return convolution.outputCount + (activation.readsInput ? convolution.wide.outputPixels * filters : 0)
  }

  public var backwardReadsOutput: Bool { activation.readsOutput }

  /// 2·C·M·(taps + filters) for each place.
  public func forwardFLOPs(for input: Shape) -> Int {
    let convolution = convolution(input)
    return 2 * convolution.outputCount * (convolution.wide.taps + filters)
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // middle = x ∗ depthwise; y = activation(middle · pointwise + bias)
    let convolution = convolution(x.shape)
    for n in 0..<x.samples {
      let kept = Kept(pass, n, convolution, keptCount(for: x.shape))
      convolution.forward(
        x: x.samples(n..<n + 1), kernel: pass.parameter(0), y: kept.middle,
        scratch: pass.scratch.part(convolution.outputCount..<pass.scratch.count))
      let target = y.sample(n)
      multiply(
        matrix(kept.middle.reading, convolution), pointwise(pass, convolution),
        into: Matrix(target, rows: convolution.wide.outputPixels, columns: filters))
      activation.apply(
        bias: useBias ? pass.parameter(2) : nil, to: target, before: activation.readsInput ? kept.before : nil,
        channels: filters)
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: middle = x ∗ depthwise; y = activation(middle · pointwise + bias)
    let convolution = convolution(x.shape)
    for n in 0..<x.samples {
      let gradient = dy.sample(n)
      if !pass.gradientIsRectified {
        let kept = Kept(pass, n, convolution, keptCount(for: x.shape))
        activation.gradient(
          before: kept.before.reading, y: y.sample(n).reading, dy: gradient, channels: filters)
      }
      guard let dx else { continue }
      convolution.inputGradient(
        dy: middleGradient(gradient.reading, convolution, pass), kernel: pass.parameter(0), dx: dx.samples(n..<n + 1),
        scratch: pass.scratch.part(convolution.outputCount..<pass.scratch.count))
    }
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: middle = x ∗ depthwise, middle · pointwise + bias
    let convolution = convolution(x.shape)
    let rest = pass.scratch.part(convolution.outputCount..<pass.scratch.count)
    for n in 0..<x.samples {
      let mode: ProductMode = pass.accumulates || n > 0 ? .accumulate : .replace
      let (kept, gradient) = (Kept(pass, n, convolution, keptCount(for: x.shape)), dy.sample(n).reading)
      multiply(
        matrix(kept.middle.reading, convolution).transposed,
        Matrix(gradient, rows: convolution.wide.outputPixels, columns: filters),
        into: Matrix(pass.gradient(1), rows: convolution.wide.channels, columns: filters), mode)
      convolution.kernelGradient(
        x: x.samples(n..<n + 1), dy: middleGradient(gradient, convolution, pass), dkernel: pass.gradient(0), mode,
        scratch: rest)
      if useBias { biasGradient(dy: gradient, dbias: pass.gradient(2), mode) }
    }
  }

  /// dmiddle = dy · pointwiseᵀ, of one sample, in scratch memory.
  private func middleGradient(_ dy: FloatBuffer, _ convolution: RepeatedDepthwise, _ pass: LayerPass) -> TensorView {
    let target = pass.scratch.part(0..<convolution.outputCount)
    multiply(
      Matrix(dy, rows: convolution.wide.outputPixels, columns: filters), pointwise(pass, convolution).transposed,
      into: Matrix(target, rows: convolution.wide.outputPixels, columns: convolution.wide.channels))
    return TensorView(samples: 1, shape: [convolution.outputCount], buffer: target)
  }

  private func pointwise(_ pass: LayerPass, _ convolution: RepeatedDepthwise) -> Matrix<FloatBuffer> {
    Matrix(pass.parameter(1), rows: convolution.wide.channels, columns: filters)
  }

  private func matrix(_ middle: FloatBuffer, _ convolution: RepeatedDepthwise) -> Matrix<FloatBuffer> {
    Matrix(middle, rows: convolution.wide.outputPixels, columns: convolution.wide.channels)
  }

  private func convolution(_ input: Shape) -> RepeatedDepthwise {
    RepeatedDepthwise(window.geometry(input), multiplier: depthMultiplier)
  }
}

/// What a separable convolution keeps of one sample.
private struct Kept {
  let middle: TensorView
  let before: MutableFloatBuffer

  init(_ pass: LayerPass, _ sample: Int, _ convolution: RepeatedDepthwise, _ count: Int) {
    let own = pass.kept.part(sample * count..<(sample + 1) * count)
    middle = TensorView(samples: 1, shape: [convolution.outputCount], buffer: own)
    before = own.part(convolution.outputCount..<count)
  }
}

/// One-dimensional separable convolution: (length, C) → (length', filters).
public struct SeparableConv1D: SeparableLayer {
  public typealias Extents = Int
  public static let stem = "separable_conv1d"
  public let filters: Int
  public let window: SlidingWindow
  public let depthMultiplier: Int
  public var activation: Activation
  public let useBias: Bool
  public var depthwiseOptions = ParameterOptions.kernel
  public var pointwiseOptions = ParameterOptions.kernel
  public var biasOptions = ParameterOptions.bias

  public init(_ filters: Int, window: SlidingWindow, depthMultiplier: Int, activation: Activation, useBias: Bool) {
    precondition(filters > 0 && depthMultiplier > 0, "a convolution has filters")
    (self.filters, self.window, self.depthMultiplier) = (filters, window, depthMultiplier)
    (self.activation, self.useBias) = (activation, useBias)
  }
}

/// Two-dimensional separable convolution: (H, W, C) → (OH, OW, filters).
public struct SeparableConv2D: SeparableLayer {
  public typealias Extents = Extents2
  public static let stem = "separable_conv2d"
  public let filters: Int
  public let window: SlidingWindow
  public let depthMultiplier: Int
  public var activation: Activation
  public let useBias: Bool
  public var depthwiseOptions = ParameterOptions.kernel
  public var pointwiseOptions = ParameterOptions.kernel
  public var biasOptions = ParameterOptions.bias

  public init(_ filters: Int, window: SlidingWindow, depthMultiplier: Int, activation: Activation, useBias: Bool) {
    precondition(filters > 0 && depthMultiplier > 0, "a convolution has filters")
    (self.filters, self.window, self.depthMultiplier) = (filters, window, depthMultiplier)
    (self.activation, self.useBias) = (activation, useBias)
  }
}
