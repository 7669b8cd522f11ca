import Tensors

/// Kernels of a network that only judges, laid out once for all passes as the products take them. Which algorithm has such a
/// form is a matter of the geometry alone, and no bit of an output depends on it.
extension Convolution {
  /// How many floats a kernel takes as `prepare` leaves it; nil where forward takes kernels as they are.
  public static func preparedCount(_ geometry: ConvolutionGeometry) -> Int? { plan(geometry)?.preparedCount }

  /// How many floats of scratch memory forward needs with a prepared kernel.
  public static func preparedScratchCount(_ geometry: ConvolutionGeometry) -> Int {
    plan(geometry)?.preparedScratchCount ?? 0
  }

  /// Lays out a kernel that has such a form.
  ///
  /// - Parameters:
  ///   - kernel: (kd, kh, kw, C, F).
  ///   - prepared: `preparedCount` floats, overwritten.
  ///   - scratch: `preparedScratchCount` floats, lent.
  public static func prepare(
    _ geometry: ConvolutionGeometry, kernel: FloatBuffer, into prepared: MutableFloatBuffer,
    scratch: MutableFloatBuffer
  ) {
    guard let plan = plan(geometry) else { preconditionFailure("only kernels with such a form are prepared") }
    plan.prepare(kernel, into: prepared, scratch: scratch)
  }

  /// `y = activation(x ∗ kernel + bias)` with a prepared kernel.
  ///
  /// - Parameters:
  ///   - x: (N, D, H, W, C).
  ///   - prepared: the kernel, as `prepare` has left it.
  ///   - bias: (F,), or nil for none.
  ///   - y: (N, OD, OH, OW, F), overwritten.
  ///   - before: as in `forward` with the kernel as it is.
  ///   - scratch: `preparedScratchCount` floats, lent.
  public static func forward(
    _ geometry: ConvolutionGeometry, x: TensorView, prepared: FloatBuffer, bias: FloatBuffer?,
    activation: Activation, y: TensorView, before: MutableFloatBuffer? = nil, scratch: MutableFloatBuffer
  ) {
    check(geometry, x, y)
    guard let plan = plan(geometry) else { preconditionFailure("only kernels with such a form are prepared") }
    plan.forward(
      x: x, prepared: prepared, bias: bias, activation: activation, y: y, before: before, scratch: scratch)
  }

  private static func plan(_ geometry: ConvolutionGeometry) -> WinogradPlan? {
    algorithm(geometry) == .winograd ? WinogradPlan.of(geometry) : nil
  }
}
