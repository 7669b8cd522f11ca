import Tensors

/// Convolution of planes with kernels of 3 × 3 taps by Winograd's minimal filtering F(4 × 4, 3 × 3) (Lavin and Gray, 2016):
/// a quarter of direct convolution's multiplications, in 36 matrix products over the tiles of one sample or, where these
/// are few, of several.
///
/// `y = Aᵀ·[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A` for each tile of 4 × 4 outputs, where ⊙, summed over the channels, is the products. Its
/// rounding errors are a few times those of the direct sum (the tests hold them to 10 times).
struct WinogradConvolution {
  /// The tiles of one product: enough for it to run at full speed, few enough for its operands to stay in an L2 cache.
  private static let tilesPerBlock = 64

  /// The fewest samples that share a sum of transformed gradients, which is turned back but once.
  private static let samplesPerSum = 2

  private let geometry: ConvolutionGeometry
  private let tiles: WinogradTiles
  /// A block is either this many whole samples, a power of two, or some tiles of one sample.
  private let samplesPerBlock: Int
  private let tilesPerSample: Int

  /// Whether a convolution can be done so, and gains by it: enough channels for the products, and tiles that are not mostly
  /// beyond the border.
  static func suits(_ geometry: ConvolutionGeometry) -> Bool {
    let window = geometry.window
    return window.depth == .single
      && [window.height, window.width].allSatisfy { $0.kernel == 3 && $0.stride == 1 && $0.dilation == 1 }
      && window.channels >= 16 && geometry.filters >= 16
      && WinogradTiles(geometry).count * 6 <= window.outputPixels
  }

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    tiles = WinogradTiles(geometry)
    var samples = 1
    while 2 * samples * tiles.count <= Self.tilesPerBlock { samples *= 2 }
    // Blocks of even size.
    let blocks = max(1, (tiles.count + Self.tilesPerBlock - 1) / Self.tilesPerBlock)
    (samplesPerBlock, tilesPerSample) = (samples, (tiles.count + blocks - 1) / blocks)
  }

  /// See `Convolution.granule`.
  static func granule(_ geometry: ConvolutionGeometry) -> Int {
    max(Self(geometry).samplesPerBlock, Self(geometry.transposed).samplesPerBlock, samplesPerSum)
  }

  /// The floats of scratch memory that every pass of this convolution needs.
  static func scratchCount(_ geometry: ConvolutionGeometry) -> Int {
    max(Self(geometry).scratchCount, Self(geometry.transposed).scratchCount + 9 * geometry.channelPairs)
  }

  private var scratchCount: Int {
    WinogradMatrices.floats(geometry.channelPairs) + WinogradMatrices.floats(rows * geometry.window.channels)
      + WinogradMatrices.floats(rows * geometry.filters) + tiles.edgeCount
  }

  /// The most tiles of a block.
  private var rows: Int { samplesPerBlock * tilesPerSample }

  /// Some tiles of some samples, each of which has as many rows in the products.
  private struct Block {
    let samples: Range<Int>
    let tiles: Range<Int>
    var rows: Int { samples.count * tiles.count }
    func row(_ sample: Int) -> Int { (sample - samples.lowerBound) * tiles.count }
  }

  /// Every block of some samples.
  private func forEachBlock(_ samples: Range<Int>, _ body: (Block) -> Void) {
    for n in stride(from: samples.lowerBound, to: samples.upperBound, by: samplesPerBlock) {
      for first in stride(from: 0, to: tiles.count, by: tilesPerSample) {
        body(
          Block(
            samples: n..<min(n + samplesPerBlock, samples.upperBound),
            tiles: first..<min(first + tilesPerSample, tiles.count)))
      }
    }
  }

  /// `y = activation(x ∗ kernel + bias)`, see `Convolution.forward`.
  func forward(
    x: TensorView, kernel: FloatBuffer, bias: FloatBuffer?, activation: Activation, y: TensorView,
    before: MutableFloatBuffer?, scratch: MutableFloatBuffer
  ) {
    convolve(x: x, kernel: kernel, bias: bias, rectifies: activation == .relu, y: y, scratch: scratch) { n in
      guard activation != .linear && activation != .relu else { return }
      let output = y.sample(n)
      activation.apply(
        bias: nil, to: output, before: before?.part(n * output.count..<(n + 1) * output.count),
        channels: geometry.filters)
    }
  }

  /// The gradient of the input is a convolution too, of the output's gradient with the kernel turned by half a turn.
  static func inputGradient(
    _ geometry: ConvolutionGeometry, dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer
  ) {
    let turned = scratch.part(0..<9 * geometry.channelPairs)
    WinogradKernel.turn(kernel, channels: geometry.window.channels, filters: geometry.filters, into: turned)
    Self(geometry.transposed).convolve(
      x: dy, kernel: turned.reading, y: dx, scratch: scratch.part(turned.count..<scratch.count)
    ) { _ in }
  }

  /// `y = x ∗ kernel + bias`, rectified on demand; `finish` is called for each sample while it is in the cache.
  private func convolve(
    x: TensorView, kernel: FloatBuffer, bias: FloatBuffer? = nil, rectifies: Bool = false, y: TensorView,
    scratch: MutableFloatBuffer, finish: (Int) -> Void
  ) {
    let (channels, filters) = (geometry.window.channels, geometry.filters)
    let (weights, inputs, outputs, edge) = cut(scratch)
    WinogradKernel.transform(kernel, channels: channels, filters: filters, into: weights)
    forEachBlock(0..<x.samples) { block in
      for n in block.samples {
        tiles.transformInput(block.tiles, of: x.sample(n).reading, into: inputs, row: block.row(n), edge: edge)
      }
      for place in 0..<36 {
        multiply(
          inputs.matrix(place, rows: block.rows, columns: channels),
          weights.matrix(place, rows: channels, columns: filters),
          into: outputs.target(place, rows: block.rows, columns: filters))
      }
      for n in block.samples {
        tiles.transformOutput(
          block.tiles, from: outputs, to: y.sample(n), row: block.row(n), bias: bias, rectifies: rectifies, edge: edge)
        if block.tiles.upperBound == tiles.count { finish(n) }
      }
    }
  }

  /// The gradient of the kernel, added to `dkernel` granule by granule.
  func kernelGradient(x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    // forward: m = v · u at each place, so du = vᵀ · dm, summed over the tiles
    let (channels, filters) = (geometry.window.channels, geometry.filters)
    let (gradient, inputs, outputs, edge) = cut(scratch)
    let granule = Self.granule(geometry)
    for first in stride(from: 0, to: x.samples, by: granule) {
      var mode = ProductMode.replace
      forEachBlock(first..<min(first + granule, x.samples)) { block in
        for n in block.samples {
          let row = block.row(n)
          tiles.transformInput(block.tiles, of: x.sample(n).reading, into: inputs, row: row, edge: edge)
          tiles.transformOutputGradient(block.tiles, of: dy.sample(n).reading, into: outputs, row: row, edge: edge)
        }
        for place in 0..<36 {
          multiply(
            inputs.matrix(place, rows: block.rows, columns: channels).transposed,
            outputs.matrix(place, rows: block.rows, columns: filters),
            into: gradient.target(place, rows: channels, columns: filters), mode)
        }
        mode = .accumulate
      }
      WinogradKernel.addGradient(of: gradient, channels: channels, filters: filters, to: dkernel)
    }
  }

  /// Kernels, inputs, outputs, and an edge's pixels.
  private func cut(
    _ scratch: MutableFloatBuffer
  ) -> (WinogradMatrices, WinogradMatrices, WinogradMatrices, MutableFloatBuffer) {
    precondition(scratch.count >= scratchCount, "the caller lends enough scratch memory")
    var rest = scratch
    func take(_ count: Int) -> WinogradMatrices {
      let matrices = WinogradMatrices(rest, count: count)
      rest = rest.part(WinogradMatrices.floats(count)..<rest.count)
      return matrices
    }
    let (kernels, inputs) = (take(geometry.channelPairs), take(rows * geometry.window.channels))
    return (kernels, inputs, take(rows * geometry.filters), rest)
  }
}

extension ConvolutionGeometry {
  /// C·F.
  fileprivate var channelPairs: Int { window.channels * filters }

  /// The convolution that leads from this one's output to its input, with the taps in reverse order.
  fileprivate var transposed: ConvolutionGeometry {
    ConvolutionGeometry(
      WindowGeometry(height: window.height.transposed, width: window.width.transposed, channels: filters),
      filters: window.channels)
  }
}
