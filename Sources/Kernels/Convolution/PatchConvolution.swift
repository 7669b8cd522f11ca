import Tensors

/// Convolution as products with the input's patches, a block of output pixels of one sample at a time.
struct PatchConvolution {
  private let geometry: ConvolutionGeometry
  private let patches: PatchMatrix

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    patches = PatchMatrix(geometry)
  }

  /// Patches, an octet that may be read behind them, and the tables of sums.
  var scratchCount: Int { patches.scratchCount + Octet.scalarCount + PatchSums.scratchCount(geometry.window) }

  /// `y = activation(x ∗ kernel + bias)`, see `Convolution.forward`.
  func forward(
    x: TensorView, kernel: FloatBuffer, bias: FloatBuffer?, activation: Activation, y: TensorView,
    before: MutableFloatBuffer?, scratch: MutableFloatBuffer
  ) {
    let weights = Matrix(kernel, rows: geometry.patch, columns: geometry.filters)
    for n in 0..<x.samples {
      let (input, output) = (x.sample(n).reading, y.sample(n))
      for pixels in patches.blocks {
        patches.gather(pixels, from: input, into: scratch)
        multiply(matrix(scratch, pixels).reading, weights, into: matrix(output, of: pixels))
        // while the block is in the cache
        let outputs = outputs(pixels)
        activation.apply(
          bias: bias, to: output.part(outputs), before: before.map { y.samePart($0, sample: n, outputs) },
          channels: geometry.filters)
      }
    }
  }

  /// `dkernel += patches(x)ᵀ · dy`: forward's `patches · kernel` transposed, block by block.
  func kernelGradient(x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    let target = Matrix(dkernel, rows: geometry.patch, columns: geometry.filters)
    for n in 0..<x.samples {
      let (input, gradient) = (x.sample(n).reading, dy.sample(n))
      for pixels in patches.blocks {
        patches.gather(pixels, from: input, into: scratch)
        multiply(
          matrix(scratch, pixels).reading.transposed, matrix(gradient, of: pixels).reading, into: target, .accumulate)
      }
    }
  }

  /// Forward's `patches · kernel` gives `dpatches = dy · kernelᵀ`, whose elements are added up where patches overlap.
  func inputGradient(dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer) {
    let weights = Matrix(kernel, rows: geometry.patch, columns: geometry.filters).transposed
    dx.buffer.update(repeating: 0)
    guard let patch = scratch.baseAddress else { return }
    var sums = PatchSums(
      geometry.window, pitch: geometry.patch, scratch: patch + patches.scratchCount + Octet.scalarCount)
    for n in 0..<dy.samples {
      guard let target = dx.sample(n).baseAddress else { continue }
      for pixels in patches.blocks {
        multiply(matrix(dy.sample(n), of: pixels).reading, weights, into: matrix(scratch, pixels))
        sums.add(pixels, patch, to: target)
      }
    }
  }

  /// The patches of a block.
  private func matrix(_ scratch: MutableFloatBuffer, _ pixels: Range<Int>) -> Matrix<MutableFloatBuffer> {
    Matrix(scratch, rows: pixels.count, columns: geometry.patch)
  }

  /// A block of a sample's outputs.
  private func matrix(_ sample: MutableFloatBuffer, of pixels: Range<Int>) -> Matrix<MutableFloatBuffer> {
    Matrix(sample.part(outputs(pixels)), rows: pixels.count, columns: geometry.filters)
  }

  private func outputs(_ pixels: Range<Int>) -> Range<Int> {
    pixels.lowerBound * geometry.filters..<pixels.upperBound * geometry.filters
  }
}
