import Tensors

/// Convolution (cross-correlation, as every framework calls it) over one, two or three axes of channels-last samples.
///
///     N samples · D, H, W, C input depth, height, width, channels · kd, kh, kw kernel · F filters
///     OD, OH, OW output depth, height, width; a plane has D = kd = OD = 1, a sequence H = kh = OH = 1 besides
///
/// Each product is over a block of output pixels of one sample, or of `granule` samples, so its shape, and with it its bits,
/// depends on the geometry alone. `scratch` is `scratchCount(geometry)` floats that the caller lends.
public enum Convolution {
  /// How many floats of scratch memory every function here needs.
  public static func scratchCount(_ geometry: ConvolutionGeometry) -> Int {
    WinogradPlan.of(geometry)?.scratchCount ?? PatchMatrix(geometry).scratchCount
  }

  /// How a convolution is worked out.
  public enum Algorithm: String, Sendable {
    /// A matrix product with the input's patches.
    case patches
    /// Winograd's minimal filtering of tiles: up to 7 taps side by side along each axis, of at least 16 channels before and
    /// behind.
    case winograd
  }

  /// The algorithm for a geometry, a matter of the geometry alone.
  public static func algorithm(_ geometry: ConvolutionGeometry) -> Algorithm {
    WinogradPlan.of(geometry) == nil ? .patches : .winograd
  }

  /// How many samples, a power of two, share a product. The bits are a function of a slice alone where every pass over a part
  /// of it starts at a multiple of this, counted from the slice's first sample.
  public static func granule(_ geometry: ConvolutionGeometry) -> Int {
    WinogradPlan.of(geometry)?.granule ?? 1
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
    if let plan = WinogradPlan.of(geometry) {
      return plan.forward(
        x: x, kernel: kernel, bias: bias, activation: activation, y: y, before: before, scratch: scratch)
    }
    let patches = PatchMatrix(geometry)
    let weights = Matrix(kernel, rows: geometry.patch, columns: geometry.filters)
    for n in 0..<x.samples {
      let (input, output) = (x.sample(n).reading, y.sample(n))
      let beforeSample = before?.part(n * output.count..<(n + 1) * output.count)
      for first in patches.blocks {
        let block = Block(patches.pixels(from: first), geometry)
        let target = output.part(block.outputs)
        patches.gather(block.pixels, from: input, into: scratch)
        multiply(
          Matrix(scratch.reading, rows: block.pixels.count, columns: geometry.patch), weights,
          into: Matrix(target, rows: block.pixels.count, columns: geometry.filters))
        // while the block is in the cache
        activation.apply(
          bias: bias, to: target, before: beforeSample?.part(block.outputs), channels: geometry.filters)
      }
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
    if let plan = WinogradPlan.of(geometry) {
      return plan.kernelGradient(x: x, dy: dy, dkernel: dkernel, scratch: scratch)
    }
    let patches = PatchMatrix(geometry)
    let target = Matrix(dkernel, rows: geometry.patch, columns: geometry.filters)
    for n in 0..<x.samples {
      let (input, gradient) = (x.sample(n).reading, dy.sample(n).reading)
      for first in patches.blocks {
        let block = Block(patches.pixels(from: first), geometry)
        patches.gather(block.pixels, from: input, into: scratch)
        multiply(
          Matrix(scratch.reading, rows: block.pixels.count, columns: geometry.patch).transposed,
          Matrix(gradient.part(block.outputs), rows: block.pixels.count, columns: geometry.filters),
          into: target, .accumulate)
      }
    }
  }

  /// The gradient of the input: forward's `patches · kernel` gives `dpatches = dy · kernelᵀ`, added back patch by patch.
  ///
  /// - Parameters:
  ///   - dy: (N, OD, OH, OW, F), the gradient before the activation.
  ///   - kernel: (kd, kh, kw, C, F).
  ///   - dx: (N, D, H, W, C), overwritten.
  public static func inputGradient(
    _ geometry: ConvolutionGeometry, dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer
  ) {
    check(geometry, dx, dy)
    if let plan = WinogradPlan.of(geometry) {
      return plan.inputGradient(dy: dy, kernel: kernel, dx: dx, scratch: scratch)
    }
    let patches = PatchMatrix(geometry)
    let weights = Matrix(kernel, rows: geometry.patch, columns: geometry.filters)
    dx.buffer.update(repeating: 0)
    for n in 0..<dy.samples {
      let (gradient, target) = (dy.sample(n).reading, dx.sample(n))
      for first in patches.blocks {
        let block = Block(patches.pixels(from: first), geometry)
        multiply(
          Matrix(gradient.part(block.outputs), rows: block.pixels.count, columns: geometry.filters), weights.transposed,
          into: Matrix(scratch, rows: block.pixels.count, columns: geometry.patch))
        patches.scatter(block.pixels, from: scratch.reading, addingTo: target)
      }
    }
  }

  /// Release builds do not check the ranges of `part` and `sample`, so everything that is cut below is measured here.
  private static func check(_ geometry: ConvolutionGeometry, _ input: TensorView, _ output: TensorView) {
    precondition(
      input.samples == output.samples && input.shape.count == geometry.inputCount
        && output.shape.count == geometry.outputCount,
      "\(input.samples) × \(input.shape) and \(output.samples) × \(output.shape) do not fit the geometry")
  }

  /// A block of output pixels of one sample.
  private struct Block {
    let pixels: Range<Int>
    /// Its floats within the output sample.
    let outputs: Range<Int>

    init(_ pixels: Range<Int>, _ geometry: ConvolutionGeometry) {
      self.pixels = pixels
      outputs = pixels.lowerBound * geometry.filters..<pixels.upperBound * geometry.filters
    }
  }
}
