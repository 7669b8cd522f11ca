import Layers
import Tensors
import Testing

/// Layers that move elements, normalise samples, or make noise.
@Suite struct ShapeGradientTests {
  private func check(_ layer: any Layer, _ input: Shape, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try GradientCheck(
      layer: layer, input: input, samples: 2, x: wholeNumbers(2 * input.count, upTo: 3, seed: 1),
      drawnSamples: [4, 9]
    ).run(sourceLocation: sourceLocation)
  }

  @Test func bordersAndOrders() throws {
    try check(ZeroPadding1D(2, 1), [3, 2])
    try check(ZeroPadding3D(Border(0, 1), Border(2, 0), Border(1, 1)), [2, 2, 3, 2])
    try check(Cropping1D(1, 2), [6, 2])
    try check(Cropping2D(top: 1, bottom: 0, left: 2, right: 1), [3, 5, 2])
    try check(Cropping3D(Border(1, 0), Border(0, 1), Border(1, 1)), [3, 2, 4, 2])
    try check(Permute([1, 2, 0]), [2, 3, 4])
    try check(RepeatVector(3), [4])
    #expect(throws: ShapeError("leaves nothing of (3, 2): it would be [0]")) {
      try Cropping1D(1, 2).outputShape(for: [3, 2])
    }
  }

  /// Bilinear weights by these factors are sixteenths at the finest: no rounding.
  @Test func largerOnes() throws {
    try check(UpSampling1D(3), [4, 2])
    try check(UpSampling2D([2, 3]), [3, 2, 2])
    try check(UpSampling2D([2, 4], interpolation: .bilinear), [3, 4, 2])
    try check(UpSampling3D([1, 2, 2]), [2, 2, 2, 2])
  }

  /// A parameter or an element has part in the 16 outputs of its group, each of some 60 rounded operations on numbers up to 4.
  @Test(
    arguments: [
      LayerNormalization(), LayerNormalization(axes: 2, scale: false), GroupNormalization(groups: 2, center: false),
      GroupNormalization(groups: nil),
    ] as [any SampleNormalizationLayer])
  func normalizations(_ layer: any SampleNormalizationLayer) throws {
    let input: Shape = [4, 4]
    try GradientCheck(
      layer: layer, input: input, samples: 2, x: fractions(32, below: 2, seed: 1),
      parameters: layer.parameters(for: input).enumerated().map {
        fractions($1.shape.count, below: 2, seed: UInt64($0))
      },
      step: 0x1p-6, rounding: 16 * 60 * 0x1p-24 * 4, isCurved: true
    ).run()
  }

  /// The masks are the same in both passes, so in the mask's sight the layers are linear.
  @Test func noise() throws {
    try check(SpatialDropout1D(0.5), [5, 8])
    try check(SpatialDropout2D(0.5), [2, 3, 8])
    try check(SpatialDropout3D(0.5), [2, 2, 2, 8])
    try check(Dropout(0.5, noiseShape: [nil, 1, 2]), [3, 4, 2])
    try check(Dropout(0.5, noiseShape: [1, 1]), [6, 2])
    let rounding = 0x1p-24 * 40
    for layer in [GaussianDropout(0.25), GaussianNoise(0.5), AlphaDropout(0.25)] as [any Layer] {
      try GradientCheck(
        layer: layer, input: [6, 2], samples: 2, x: wholeNumbers(24, upTo: 3, seed: 1), drawnSamples: [4, 9],
        rounding: rounding
      ).run()
    }
  }

  /// One factor for a channel of a sample, 0 or 1 / (1 - rate); another sample has others.
  @Test func spatialDropoutDropsWholeChannels() throws {
    let (layer, input) = (SpatialDropout1D(0.5), [3, 64] as Shape)
    let factors = run(layer, [Float](repeating: 1, count: 2 * input.count), input)
    for sample in 0..<2 {
      for c in 0..<64 {
        let column = (0..<3).map { factors[(sample * 3 + $0) * 64 + c] }
        #expect(Set(column).count == 1 && [0, 2].contains(column[0]))
      }
    }
    #expect(factors[..<192] != factors[192...])
    #expect((16...48).contains(factors[..<64].count { $0 == 0 }))
  }

  /// One factor for each row of a sample, which all its columns share.
  @Test func aMaskIsRepeatedAlongItsAxesOfOne() {
    let input: Shape = [64, 3]
    let factors = run(Dropout(0.5, noiseShape: [nil, 1]), [Float](repeating: 1, count: 2 * input.count), input)
    for row in 0..<128 { #expect(Set(factors[row * 3..<row * 3 + 3]).count == 1 && [0, 2].contains(factors[row * 3])) }
    #expect((16...48).contains((0..<64).count { factors[$0 * 3] == 0 }) && factors[..<192] != factors[192...])
    // A sample as a whole is kept or dropped.
    let whole = run(Dropout(0.5, noiseShape: [1, 1]), [Float](repeating: 1, count: 2 * input.count), input)
    #expect((0..<2).allSatisfy { Set(whole[$0 * 192..<($0 + 1) * 192]).count == 1 })
    #expect(throws: ShapeError.self) { try Dropout(0.5, noiseShape: [2, 1]).outputShape(for: input) }
  }

  /// Of normal numbers mean and variance stay, within five of their standard errors.
  @Test func alphaDropoutKeepsMeanAndVariance() {
    let input: Shape = [4096]
    let normal = run(GaussianNoise(1), [Float](repeating: 0, count: 8192), input)
    let values = run(AlphaDropout(0.3), normal, input).map { Double($0) }
    let mean = values.reduce(0, +) / 8192
    #expect(abs(mean) < 5 / 90.5 && abs(values.reduce(0) { $0 + $1 * $1 } / 8192 - 1) < 0.1)
    #expect((0.25...0.35).contains(Double(Dictionary(grouping: values) { $0 }.values.map(\.count).max() ?? 0) / 8192))
  }

  /// Mean and deviation of 8192 draws within five of their standard errors.
  @Test func noiseHasTheMomentsOfItsName() {
    let input: Shape = [4096]
    for (layer, level) in [(GaussianNoise(0.5), 0.0), (GaussianDropout(0.2), 1.0)] as [(any Layer, Double)] {
      let values = run(layer, [Float](repeating: Float(level), count: 8192), input).map { Double($0) - level }
      let mean = values.reduce(0, +) / 8192
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / 8192).squareRoot()
      #expect(abs(mean) < 5 * 0.5 / 90.5 && abs(deviation - 0.5) < 5 * 0.5 / 128)
      #expect(values[..<4096] != values[4096...])
    }
  }

  private func run(_ layer: any Layer, _ values: [Float], _ input: Shape) -> [Float] {
    let (x, y) = (FloatStorage(values), FloatStorage(nan: values.count))
    let scratch = FloatStorage(nan: layer.scratchCount(for: input))
    ([7, 8] as [Int32]).withUnsafeBufferPointer { drawn in
      let pass = LayerPass(
        values: FloatStorage(count: 0).buffer.reading, ranges: [], scratch: scratch.buffer,
        kept: FloatStorage(count: 0).buffer, layer: 3, slices: [0..<2],
        draw: LayerPass.Draw(seed: 1, epoch: 0, samples: drawn))
      func view(_ storage: FloatStorage) -> TensorView { TensorView(samples: 2, shape: input, buffer: storage.buffer) }
      layer.forward(x: view(x), y: view(y), in: pass)
    }
    return y.floats
  }
}
