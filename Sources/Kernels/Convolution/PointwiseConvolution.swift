import Tensors

/// Convolution by a single tap, each output pixel under its input pixel: plain products, with no patches between.
///
/// Where planes are small, several samples share a product, so that the kernel is packed once for them.
struct PointwiseConvolution {
  /// The pixels that are good for a product. OpenBLAS packs the kernel for each.
  private static let pixelsPerBlock = 256

  private let channels, filters, pixels: Int
  /// A block is this many whole samples, a power of two, or some pixels of one sample.
  let granule: Int
  private let blockPixels: Int

  /// Whether a convolution is pointwise.
  static func suits(_ geometry: ConvolutionGeometry) -> Bool {
    let window = geometry.window
    return window.taps == 1 && [window.depth, window.height, window.width].allSatisfy { $0.output == $0.input }
  }

  init(_ geometry: ConvolutionGeometry) {
    (channels, filters, pixels) = (geometry.window.channels, geometry.filters, geometry.window.outputPixels)
    var samples = 1
    while 2 * samples * pixels <= Self.pixelsPerBlock && samples < 16 { samples *= 2 }
    granule = samples
    // Blocks of even size.
    let blocks = max(1, pixels / Self.pixelsPerBlock)
    blockPixels = max(1, (pixels + blocks - 1) / blocks)
  }

  /// Calls `body` with the pixels of each block, counted through all samples.
  private func forEachBlock(_ samples: Int, _ body: (Range<Int>) -> Void) {
    for n in stride(from: 0, to: samples, by: granule) {
      let end = min(n + granule, samples) * pixels
      for first in stride(from: n * pixels, to: end, by: granule > 1 ? granule * pixels : blockPixels) {
        body(first..<min(first + (granule > 1 ? granule * pixels : blockPixels), end))
      }
    }
  }

  /// `y = activation(x · kernel + bias)`, see `Convolution.forward`.
  func forward(
    x: TensorView, kernel: FloatBuffer, bias: FloatBuffer?, activation: Activation, y: TensorView,
    before: MutableFloatBuffer?
  ) {
    let input = Matrix(x.reading, rows: x.samples * pixels, columns: channels)
    let output = Matrix(y.buffer, rows: x.samples * pixels, columns: filters)
    let weights = Matrix(kernel, rows: channels, columns: filters)
    forEachBlock(x.samples) { block in
      multiply(input.rows(block), weights, into: output.rows(block))
      // while the block is in the cache
      let outputs = block.lowerBound * filters..<block.upperBound * filters
      activation.apply(bias: bias, to: y.buffer.part(outputs), before: before?.part(outputs), channels: filters)
    }
  }

  /// `dx = dy · kernelᵀ`.
  func inputGradient(dy: TensorView, kernel: FloatBuffer, dx: TensorView) {
    let output = Matrix(dy.reading, rows: dy.samples * pixels, columns: filters)
    let input = Matrix(dx.buffer, rows: dy.samples * pixels, columns: channels)
    let weights = Matrix(kernel, rows: channels, columns: filters).transposed
    forEachBlock(dy.samples) { multiply(output.rows($0), weights, into: input.rows($0)) }
  }

  /// `dkernel += xᵀ · dy`, granule by granule.
  func kernelGradient(x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer) {
    let input = Matrix(x.reading, rows: x.samples * pixels, columns: channels)
    let output = Matrix(dy.reading, rows: x.samples * pixels, columns: filters)
    let target = Matrix(dkernel, rows: channels, columns: filters)
    forEachBlock(x.samples) { multiply(input.rows($0).transposed, output.rows($0), into: target, .accumulate) }
  }
}
