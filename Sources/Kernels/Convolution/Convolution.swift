import Tensors

/// Convolution (cross-correlation, as every framework calls it) over one, two or three axes of channels-last samples.
///
///     N samples · D, H, W, C input depth, height, width, channels · kd, kh, kw kernel · F filters
///     OD, OH, OW output depth, height, width; a plane has D = kd = OD = 1, a sequence H = kh = OH = 1 besides
///
/// Here is said which algorithm serves which geometry; each is a file of its own. Each product is over a block of output
/// pixels of one sample, or of `granule` samples, so its shape, and with it its bits, depends on the geometry alone. `scratch`
/// is `scratchCount(geometry)` floats that the caller lends.
public enum Convolution {
  /// How a convolution is worked out.
  public enum Algorithm: String, Sendable {
    /// Products of pixels as they lie: a single tap, without strides.
    case pointwise
    /// Winograd's minimal filtering of tiles: up to 7 taps side by side along each axis, of at least 16 channels before and
    /// behind, where it saves more than it costs.
    case winograd
    /// Straight from the input, in registers: up to 8 channels, and a short patch or few filters.
    case direct
    /// The same seen from the output: up to 4 filters, taps side by side.
    case mirrored
    /// A matrix product with the input's patches: all others.
    case patches
  }

  /// The algorithm for a geometry, a matter of the geometry alone.
  public static func algorithm(_ geometry: ConvolutionGeometry) -> Algorithm {
    switch form(geometry) {
    case .pointwise: .pointwise
    case .winograd: .winograd
    case .direct: .direct
    case .mirrored: .mirrored
    case .patches: .patches
    }
  }

  /// An algorithm laid out for a geometry.
  private enum Form {
    case pointwise(PointwiseConvolution)
    case winograd(WinogradPlan)
    case direct(DirectConvolution)
    case mirrored(MirroredConvolution)
    case patches(PatchConvolution)
  }

  /// Who serves what.
  private static func form(_ geometry: ConvolutionGeometry) -> Form {
    if PointwiseConvolution.suits(geometry) { return .pointwise(PointwiseConvolution(geometry)) }
    if let plan = WinogradPlan.of(geometry) { return .winograd(plan) }
    if DirectConvolution.suits(geometry) { return .direct(DirectConvolution(geometry)) }
    if MirroredConvolution.suits(geometry) { return .mirrored(MirroredConvolution(geometry)) }
    return .patches(PatchConvolution(geometry))
  }

  /// How many samples, a power of two, share a product. The bits are a function of a slice alone where every pass over a part
  /// of it starts at a multiple of this, counted from the slice's first sample.
  public static func granule(_ geometry: ConvolutionGeometry) -> Int {
    switch form(geometry) {
    case .pointwise(let convolution): convolution.granule
    case .winograd(let plan): plan.granule
    case .patches(let convolution): convolution.granule
    case .direct, .mirrored: 1
    }
  }

  /// How many floats of scratch memory every function here needs.
  public static func scratchCount(_ geometry: ConvolutionGeometry) -> Int {
    switch form(geometry) {
    case .pointwise: 0
    case .winograd(let plan): plan.scratchCount
    case .direct(let convolution): max(convolution.scratchCount, TapProducts(geometry).scratchCount)
    case .mirrored(let convolution): convolution.scratchCount
    case .patches(let convolution): convolution.scratchCount
    }
  }

  /// `y = activation(x ∗ kernel + bias)`.
  ///
  /// - Parameters:
  ///   - x: (N, D, H, W, C).
  ///   - kernel: (kd, kh, kw, C, F).
  ///   - bias: (F,), or nil for none.
  ///   - y: (N, OD, OH, OW, F), overwritten.
  ///   - before: `x ∗ kernel + bias`, as y, overwritten where `activation.readsInput`; else unused and may be nil.
  public static func forward(
    _ geometry: ConvolutionGeometry, x: TensorView, kernel: FloatBuffer, bias: FloatBuffer?,
    activation: Activation, y: TensorView, before: MutableFloatBuffer? = nil, scratch: MutableFloatBuffer
  ) {
    check(geometry, x, y)
    precondition(before?.count ?? y.buffer.count == y.buffer.count, "as many values before the activation as behind")
    switch form(geometry) {
    case .pointwise(let convolution):
      convolution.forward(x: x, kernel: kernel, bias: bias, activation: activation, y: y, before: before)
    case .winograd(let plan):
      plan.forward(
        x: x, kernel: kernel, bias: bias, activation: activation, y: y, before: before, scratch: scratch)
    case .direct(let convolution):
      convolution.forward(
        x: x, kernel: kernel, bias: bias, activation: activation, y: y, before: before, scratch: scratch)
    case .mirrored(let convolution):
      convolution.forward(
        x: x, kernel: kernel, bias: bias, activation: activation, y: y, before: before, scratch: scratch)
    case .patches(let convolution):
      convolution.forward(
        x: x, kernel: kernel, bias: bias, activation: activation, y: y, before: before, scratch: scratch)
    }
  }

  /// The gradient of the kernel, `dkernel[p, f] = Σ patches(x)[·, p] · dy[·, f]`: forward's `patches · kernel` transposed.
  ///
  /// - Parameters:
  ///   - x: (N, D, H, W, C), forward's input.
  ///   - dy: (N, OD, OH, OW, F), the gradient before the activation.
  ///   - dkernel: (kd, kh, kw, C, F), overwritten or added to, granule by granule.
  public static func kernelGradient(
    _ geometry: ConvolutionGeometry, x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer,
    _ mode: ProductMode = .replace, scratch: MutableFloatBuffer
  ) {
    check(geometry, x, dy)
    if mode == .replace { dkernel.update(repeating: 0) }
    switch form(geometry) {
    case .pointwise(let convolution): convolution.kernelGradient(x: x, dy: dy, dkernel: dkernel)
    case .winograd(let plan): plan.kernelGradient(x: x, dy: dy, dkernel: dkernel, scratch: scratch)
    case .direct(let convolution): convolution.kernelGradient(x: x, dy: dy, dkernel: dkernel, scratch: scratch)
    case .mirrored(let convolution): convolution.kernelGradient(x: x, dy: dy, dkernel: dkernel, scratch: scratch)
    case .patches(let convolution): convolution.kernelGradient(x: x, dy: dy, dkernel: dkernel, scratch: scratch)
    }
  }

  /// The gradient of the input: each of its elements has a part in every output whose window lies over it.
  ///
  /// - Parameters:
  ///   - dy: (N, OD, OH, OW, F), the gradient before the activation.
  ///   - kernel: (kd, kh, kw, C, F).
  ///   - dx: (N, D, H, W, C), overwritten.
  public static func inputGradient(
    _ geometry: ConvolutionGeometry, dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer
  ) {
    check(geometry, dx, dy)
    switch form(geometry) {
    case .pointwise(let convolution): convolution.inputGradient(dy: dy, kernel: kernel, dx: dx)
    case .winograd(let plan): plan.inputGradient(dy: dy, kernel: kernel, dx: dx, scratch: scratch)
    case .direct: TapProducts(geometry).inputGradient(dy: dy, kernel: kernel, dx: dx, scratch: scratch)
    case .mirrored(let convolution): convolution.inputGradient(dy: dy, kernel: kernel, dx: dx, scratch: scratch)
    case .patches(let convolution): convolution.inputGradient(dy: dy, kernel: kernel, dx: dx, scratch: scratch)
    }
  }

  /// Release builds do not check the ranges of `part` and `sample`, so everything that is cut below is measured here.
  static func check(_ geometry: ConvolutionGeometry, _ input: TensorView, _ output: TensorView) {
    precondition(
      input.samples == output.samples && input.shape.count == geometry.inputCount
        && output.shape.count == geometry.outputCount,
      "\(input.samples) × \(input.shape) and \(output.samples) × \(output.shape) do not fit the geometry")
  }
}

extension ConvolutionGeometry {
  /// The convolution that leads from this one's output to its input, with the taps in reverse order; for windows that move by
  /// one and have no gaps.
  var mirrored: ConvolutionGeometry {
    ConvolutionGeometry(
      WindowGeometry(
        depth: window.depth.transposed, height: window.height.transposed, width: window.width.transposed,
        channels: filters),
      filters: window.channels)
  }
}

extension TensorView {
  /// The floats of another buffer, laid out as this one, that stand where `range` of a sample does.
  func samePart(_ other: MutableFloatBuffer, sample: Int, _ range: Range<Int>) -> MutableFloatBuffer {
    other.part(sample * shape.count + range.lowerBound..<sample * shape.count + range.upperBound)
  }
}
