import Tensors

/// Convolution as products with the input's patches, a block of output pixels of one sample or a few samples at a time.
struct PatchConvolution {
  private let geometry: ConvolutionGeometry
  private let patches: PatchMatrix

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    patches = PatchMatrix(geometry)
  }

  /// The samples that share a product.
  var granule: Int { patches.blocks.samplesPerBlock }

  /// Patches, an octet that may be read behind them, and the tables of sums.
  var scratchCount: Int { patches.scratchCount + Octet.scalarCount + PatchSums.scratchCount(geometry.window) }

  /// `y = activation(x ∗ kernel + bias)`, see `Convolution.forward`.
  func forward(
    x: TensorView, kernel: FloatBuffer, bias: FloatBuffer?, activation: Activation, y: TensorView,
    before: MutableFloatBuffer?, scratch: MutableFloatBuffer
  ) {
    let weights = Matrix(kernel, rows: geometry.patch, columns: geometry.filters)
    patches.blocks.forEachBlock(0..<x.samples) { block in
      let outputs = outputs(block)
      multiply(gather(block, of: x, into: scratch), weights, into: matrix(y.buffer.part(outputs), block))
      // while the block is in the cache
      activation.apply(
        bias: bias, to: y.buffer.part(outputs), before: before?.part(outputs), channels: geometry.filters)
    }
  }

  /// `dkernel += patches(x)ᵀ · dy`: forward's `patches · kernel` transposed, block by block.
  func kernelGradient(x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    let target = Matrix(dkernel, rows: geometry.patch, columns: geometry.filters)
    patches.blocks.forEachBlock(0..<x.samples) { block in
      let gradient = matrix(dy.buffer.part(outputs(block)), block).reading
      multiply(gather(block, of: x, into: scratch).transposed, gradient, into: target, .accumulate)
    }
  }

  /// Forward's `patches · kernel` gives `dpatches = dy · kernelᵀ`, whose elements are added up where patches overlap.
  func inputGradient(dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer) {
    let weights = Matrix(kernel, rows: geometry.patch, columns: geometry.filters).transposed
    dx.buffer.update(repeating: 0)
    guard let start = scratch.baseAddress else { return }
    var sums = PatchSums(
      geometry.window, pitch: geometry.patch, scratch: start + patches.scratchCount + Octet.scalarCount)
    patches.blocks.forEachBlock(0..<dy.samples) { block in
      let gradient = matrix(dy.buffer.part(outputs(block)), block).reading
      multiply(gradient, weights, into: Matrix(scratch, rows: block.rows, columns: geometry.patch))
      for n in block.samples {
        guard let target = dx.sample(n).baseAddress else { continue }
        sums.add(block.places, start + block.row(n) * geometry.patch, to: target)
      }
    }
  }

  /// The patches of a block.
  private func gather(
    _ block: SampleBlocks.Block, of x: TensorView, into scratch: MutableFloatBuffer
  ) -> Matrix<FloatBuffer> {
    for n in block.samples {
      let rows = block.row(n) * geometry.patch..<(block.row(n) + block.places.count) * geometry.patch
      patches.gather(block.places, from: x.sample(n).reading, into: scratch.part(rows))
    }
    return Matrix(scratch.reading, rows: block.rows, columns: geometry.patch)
  }

  /// Where a block's outputs lie among those of all samples.
  private func outputs(_ block: SampleBlocks.Block) -> Range<Int> {
    let first = (block.samples.lowerBound * geometry.window.outputPixels + block.places.lowerBound) * geometry.filters
    return first..<first + block.rows * geometry.filters
  }

  private func matrix(_ outputs: MutableFloatBuffer, _ block: SampleBlocks.Block) -> Matrix<MutableFloatBuffer> {
    Matrix(outputs, rows: block.rows, columns: geometry.filters)
  }
}
