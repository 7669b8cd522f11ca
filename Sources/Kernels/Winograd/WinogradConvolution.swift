import Tensors

/// Convolution by Winograd's minimal filtering of tiles (Lavin and Gray, 2016), nested along up to three axes: a fraction of
/// direct convolution's multiplications, in as many matrix products as a transformed tile has places, over the tiles of one
/// sample or, where these are few, of several.
///
/// `y = Aᵀ·[(G·g) ⊙ (Bᵀ·d)]` for each tile along each axis, where ⊙, summed over the channels, is the products.
struct WinogradConvolution {
  /// The tiles of one product: enough for it to run at full speed, few enough for its operands to stay in a cache.
  private static let tilesPerBlock = 64

  /// The most elements of a kernel's tap for which it gains more than it takes to exchange channels and filters.
  private static let mostExchanged = 65_536

  /// The fewest samples that share a sum of transformed gradients, which is turned back but once.
  private static let samplesPerSum = 2

  private let geometry: ConvolutionGeometry
  private let places: Int
  private let inputs: TileAnalysis
  private let outputs: TileSynthesis
  private let gradients: TileAnalysis
  private let kernels: TiledVolume
  /// The tiles that are multiplied together.
  private let blocks: SampleBlocks

  init?(_ geometry: ConvolutionGeometry) {
    guard let nesting = WinogradNesting(geometry) else { return nil }
    self.geometry = geometry
    (places, kernels) = (nesting.places, nesting.kernels)
    (inputs, outputs) = (TileAnalysis(volume: nesting.inputs), TileSynthesis(volume: nesting.outputs))
    gradients = TileAnalysis(volume: nesting.outputs)
    let (tiles, most) = (nesting.tiles, Self.tilesPerBlock)
    // Blocks of even size.
    let count = max(1, (tiles + most - 1) / most)
    blocks = SampleBlocks(
      samplesPerBlock: SampleBlocks.samples(of: tiles, rows: most), placesPerBlock: (tiles + count - 1) / count,
      places: tiles, section: tiles)
  }

  /// The samples that share a product or a sum.
  var granule: Int { max(blocks.samplesPerBlock, Self.samplesPerSum) }

  /// The floats of scratch memory that every pass needs.
  var scratchCount: Int { weightsCount + preparedScratchCount }

  /// The same of a pass with a prepared kernel.
  var preparedScratchCount: Int { tilesCount + zerosCount + bufferCount }

  /// The floats of a prepared kernel.
  var weightsCount: Int { WinogradMatrices.floats(places: places, count: geometry.channelPairs) }

  /// The floats of a block's tiles, or of a kernel.
  private var tilesCount: Int {
    let columns = [blocks.rows * geometry.window.channels, blocks.rows * geometry.filters]
    return wholeLines(max(columns.reduce(0) { $0 + WinogradMatrices.floats(places: places, count: $1) }, kernels.count))
  }

  private var zerosCount: Int {
    wholeLines(max(inputs.volume.zeroFloats, gradients.volume.zeroFloats, kernels.zeroFloats))
  }

  /// Rounded up to cache lines.
  private func wholeLines(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  private var bufferCount: Int {
    max(inputs.bufferCount, outputs.bufferCount, gradients.bufferCount, kernelBufferCount)
  }

  private var kernelBufferCount: Int {
    max(TileAnalysis(volume: kernels).bufferCount, TileSynthesis(volume: kernels).bufferCount)
  }

  /// Which way a kernel is taken.
  enum Direction {
    /// From inputs to outputs.
    case forward
    /// From outputs back to inputs: the taps in reverse order, channels and filters exchanged. The geometry is the transposed
    /// one.
    case backward
  }

  /// `y = x ∗ kernel + bias`, rectified on demand; `finish` is called for each sample while it is in the cache.
  func convolve(
    x: TensorView, kernel: FloatBuffer, _ direction: Direction, bias: FloatBuffer? = nil, rectifies: Bool = false,
    y: TensorView, scratch: MutableFloatBuffer, finish: (Int) -> Void = { _ in }
  ) {
    precondition(bias?.count ?? geometry.filters == geometry.filters, "a bias for each filter")
    let weights = weights(in: scratch)
    let rest = scratch.part(weightsCount..<scratch.count)
    let isTransposed = transform(kernel, direction, into: weights, rest)
    convolve(
      x: x, weights: weights, isTransposed: isTransposed, bias: bias, rectifies: rectifies, y: y, scratch: rest,
      finish: finish)
  }

  /// The same with a kernel that `prepare` has transformed.
  func convolve(
    x: TensorView, prepared: FloatBuffer, bias: FloatBuffer?, rectifies: Bool, y: TensorView,
    scratch: MutableFloatBuffer, finish: (Int) -> Void
  ) {
    // Nothing is written there.
    let weights = weights(in: MutableFloatBuffer(mutating: prepared))
    convolve(
      x: x, weights: weights, isTransposed: false, bias: bias, rectifies: rectifies, y: y, scratch: scratch,
      finish: finish)
  }

  /// Transforms a kernel once for all passes forward.
  func prepare(_ kernel: FloatBuffer, into prepared: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    _ = transform(kernel, .forward, into: weights(in: prepared), scratch)
  }

  private func weights(in buffer: MutableFloatBuffer) -> WinogradMatrices {
    WinogradMatrices(buffer, places: places, count: geometry.channelPairs)
  }

  private func convolve(
    x: TensorView, weights: WinogradMatrices, isTransposed: Bool, bias: FloatBuffer?, rectifies: Bool, y: TensorView,
    scratch: MutableFloatBuffer, finish: (Int) -> Void
  ) {
    let (channels, filters) = (geometry.window.channels, geometry.filters)
    let (transformed, products, buffer) = cut(scratch)
    func weight(_ place: Int) -> Matrix<FloatBuffer> {
      isTransposed
        ? weights.matrix(place, rows: filters, columns: channels).transposed
        : weights.matrix(place, rows: channels, columns: filters)
    }
    let ending = LineFinish(bias: bias?.baseAddress, rectifies: rectifies)
    blocks.forEachBlock(0..<x.samples) { block in
      for n in block.samples {
        inputs.transform(block.places, of: x.sample(n).reading, into: transformed, row: block.row(n), buffer: buffer)
      }
      for place in 0..<places {
        multiply(
          transformed.matrix(place, rows: block.rows, columns: channels), weight(place),
          into: products.target(place, rows: block.rows, columns: filters))
      }
      for n in block.samples {
        outputs.transform(block.places, from: products, row: block.row(n), to: y.sample(n), ending, buffer: buffer)
        if block.places.upperBound == blocks.places { finish(n) }
      }
    }
  }

  /// G·g, as matrices (channels, filters) or transposed.
  ///
  /// - Returns: whether they are transposed, as backward a kernel is. A large one stays so, since OpenBLAS packs it anyway. Small
  ///   factors it multiplies as they lie (see `ProductTiles`), fastest where their columns lie side by side.
  private func transform(
    _ kernel: FloatBuffer, _ direction: Direction, into weights: WinogradMatrices, _ scratch: MutableFloatBuffer
  ) -> Bool {
    let buffer = cut(scratch).2
    let analysis = TileAnalysis(volume: kernels, isReversed: direction == .backward)
    let isTransposed = direction == .backward && geometry.channelPairs > Self.mostExchanged
    if direction == .forward || isTransposed {
      analysis.transform(0..<1, of: kernel, into: weights, row: 0, buffer: buffer)
    } else {
      // where no tile is yet
      let exchanged = scratch.part(0..<kernels.count)
      exchange(
        kernel, taps: geometry.window.taps, channels: geometry.filters, filters: geometry.window.channels,
        into: exchanged)
      analysis.transform(0..<1, of: exchanged.reading, into: weights, row: 0, buffer: buffer)
    }
    return isTransposed
  }

  /// The gradient of the kernel, added to `dkernel` `granule` by `granule`.
  func kernelGradient(
    x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer, granule: Int, scratch: MutableFloatBuffer
  ) {
    // forward: m = v · u at each place, so du = vᵀ · dm, summed over the tiles
    let (channels, filters) = (geometry.window.channels, geometry.filters)
    let gradient = weights(in: scratch)
    let (transformed, outputGradient, buffer) = cut(scratch.part(weightsCount..<scratch.count))
    for first in stride(from: 0, to: x.samples, by: granule) {
      var mode = ProductMode.replace
      blocks.forEachBlock(first..<min(first + granule, x.samples)) { block in
        for n in block.samples {
          let row = block.row(n)
          inputs.transform(block.places, of: x.sample(n).reading, into: transformed, row: row, buffer: buffer)
          gradients.transform(block.places, of: dy.sample(n).reading, into: outputGradient, row: row, buffer: buffer)
        }
        for place in 0..<places {
          multiply(
            transformed.matrix(place, rows: block.rows, columns: channels).transposed,
            outputGradient.matrix(place, rows: block.rows, columns: filters),
            into: gradient.target(place, rows: channels, columns: filters), mode)
        }
        mode = .accumulate
      }
      TileSynthesis(volume: kernels).add(gradient, to: dkernel, buffer: buffer)
    }
  }

  /// Inputs, outputs, and a strip's buffer.
  private func cut(_ scratch: MutableFloatBuffer) -> (WinogradMatrices, WinogradMatrices, StripBuffer) {
    precondition(scratch.count >= preparedScratchCount, "the caller lends enough scratch memory")
    var rest = scratch
    func take(_ count: Int) -> WinogradMatrices {
      let matrices = WinogradMatrices(rest, places: places, count: count)
      rest = rest.part(WinogradMatrices.floats(places: places, count: count)..<rest.count)
      return matrices
    }
    let inputs = take(blocks.rows * geometry.window.channels)
    let outputs = take(blocks.rows * geometry.filters)
    let buffer = scratch.part(tilesCount..<scratch.count)
    let zeros = buffer.part(0..<zerosCount)
    zeros.update(repeating: 0)
    return (
      inputs, outputs, StripBuffer(zeros: zeros.reading, floats: buffer.part(zeros.count..<buffer.count))
    )
  }
}
