import Synchronization
import Tensors

/// What Winograd's convolution of a geometry comes to: the way forward, which is that of the kernel's gradient too, and the
/// way back.
struct WinogradPlan {
  private let forward: WinogradConvolution
  private let backward: WinogradConvolution
  private let filters: Int

  private static let made = Mutex<[ConvolutionGeometry: WinogradPlan?]>([:])

  /// The plan, a matter of the geometry alone; nil where patches are faster.
  static func of(_ geometry: ConvolutionGeometry) -> WinogradPlan? {
    made.withLock { made in
      if let plan = made[geometry] { return plan }
      let plan = WinogradPlan(geometry)
      made[geometry] = .some(plan)
      return plan
    }
  }

  private init?(_ geometry: ConvolutionGeometry) {
    let axes = [geometry.window.depth, geometry.window.height, geometry.window.width]
    guard axes.allSatisfy({ $0.stride == 1 && $0.dilation == 1 && $0.input > 0 && $0.output > 0 }),
      let forward = WinogradConvolution(geometry), let backward = WinogradConvolution(geometry.mirrored)
    else { return nil }
    (self.forward, self.backward, filters) = (forward, backward, geometry.filters)
  }

  /// See `Convolution.granule`.
  var granule: Int { max(forward.granule, backward.granule) }

  /// The floats of scratch memory that every pass of this convolution needs.
  var scratchCount: Int { max(forward.scratchCount, backward.scratchCount) }

  /// `y = activation(x ∗ kernel + bias)`, see `Convolution.forward`.
  func forward(
    x: TensorView, kernel: FloatBuffer, bias: FloatBuffer?, activation: Activation, y: TensorView,
    before: MutableFloatBuffer?, scratch: MutableFloatBuffer
  ) {
    forward.convolve(
      x: x, kernel: kernel, .forward, bias: bias, rectifies: activation == .relu, y: y, scratch: scratch
    ) { apply(activation, to: y, n: $0, before: before) }
  }

  /// The floats of a kernel as `prepare` leaves it.
  var preparedCount: Int { forward.weightsCount }

  /// The floats of scratch memory that a pass forward with a prepared kernel needs.
  var preparedScratchCount: Int { forward.preparedScratchCount }

  /// Transforms a kernel once for all passes forward.
  func prepare(_ kernel: FloatBuffer, into prepared: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    forward.prepare(kernel, into: prepared, scratch: scratch)
  }

  /// The same as `forward` with a prepared kernel.
  func forward(
    x: TensorView, prepared: FloatBuffer, bias: FloatBuffer?, activation: Activation, y: TensorView,
    before: MutableFloatBuffer?, scratch: MutableFloatBuffer
  ) {
    forward.convolve(
      x: x, prepared: prepared, bias: bias, rectifies: activation == .relu, y: y, scratch: scratch
    ) { apply(activation, to: y, n: $0, before: before) }
  }

  /// What a function of the bare sums is to be, on one sample.
  private func apply(_ activation: Activation, to y: TensorView, n: Int, before: MutableFloatBuffer?) {
    guard activation != .linear && activation != .relu else { return }
    let output = y.sample(n)
    activation.apply(
      bias: nil, to: output, before: before?.part(n * output.count..<(n + 1) * output.count), channels: filters)
  }

  /// The gradient of the input is a convolution too, of the output's gradient with the kernel turned by half a turn.
  func inputGradient(dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer) {
    backward.convolve(x: dy, kernel: kernel, .backward, y: dx, scratch: scratch)
  }

  /// The gradient of the kernel, added to `dkernel` granule by granule.
  func kernelGradient(x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    forward.kernelGradient(x: x, dy: dy, dkernel: dkernel, granule: granule, scratch: scratch)
  }
}
