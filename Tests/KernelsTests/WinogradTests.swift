import Glibc
import Kernels
import Tensors
import Testing

/// Convolutions of a shape for which Winograd's algorithm is chosen, against the definition in double precision.
@Suite struct WinogradTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  static let cases: [ConvolutionCase] =
    [Padding.valid, .same].flatMap { padding in
      [
        // Outputs of 4·n, 4·n ± 1 and 4·n + 2, for both gradients too.
        three("whole tiles", 10, 14, 16, filters: 16, padding),
        three("odd sizes", 11, 7, 16, filters: 24, padding, samples: 3),
        three("odd channels", 9, 12, 17, filters: 19, padding),
        three("more channels than filters", 13, 8, 37, filters: 16, padding),
        three("one tile", 6, 6, 20, filters: 33, padding, samples: 1),
        three("several blocks a sample", 37, 46, 16, filters: 18, padding),
        small(padding),
      ]
    } + [Padding.valid, .same, .causal].flatMap(sequences) + [Padding.valid, .same].flatMap(further)

  /// Several samples to a block.
  static func small(_ padding: Padding) -> ConvolutionCase {
    three("small samples, several to a block", 7, 8, 16, filters: 21, padding, samples: 37)
  }

  /// One axis alone.
  private static func sequences(_ padding: Padding) -> [ConvolutionCase] {
    [(3, 29), (5, 24), (2, 40), (4, 31), (6, 33), (7, 50), (3, 500)].map { taps, length in
      ConvolutionCase(
        "a sequence, \(taps) taps", 1, length, 43, filters: 50, kernel: (1, taps), padding, samples: 3)
    } + [ConvolutionCase("columns of a plane", 12, 5, 40, filters: 80, kernel: (3, 1), padding)]
  }

  /// Other taps on planes, and volumes.
  private static func further(_ padding: Padding) -> [ConvolutionCase] {
    [
      ConvolutionCase("5 × 5", 13, 16, 50, filters: 34, kernel: (5, 5), padding),
      ConvolutionCase("3 × 5", 14, 11, 40, filters: 40, kernel: (3, 5), padding),
      ConvolutionCase("4 × 7", 14, 15, 33, filters: 36, kernel: (4, 7), padding),
      ConvolutionCase("many channels", 8, 9, 150, filters: 130, kernel: (3, 3), padding),
      ConvolutionCase("a volume", volume: (7, 9, 11), 17, filters: 20, kernel: (3, 3, 3), padding),
      ConvolutionCase("a volume, other taps", volume: (9, 6, 10), 40, filters: 24, kernel: (2, 3, 5), padding),
      ConvolutionCase("a stack of planes", volume: (5, 9, 8), 35, filters: 20, kernel: (1, 3, 3), padding),
      ConvolutionCase("a stack of sequences", volume: (4, 3, 19), 35, filters: 36, kernel: (1, 1, 3), padding),
      ConvolutionCase("along depth and width", volume: (8, 4, 11), 35, filters: 36, kernel: (3, 1, 3), padding),
      ConvolutionCase("along depth alone", volume: (12, 4, 5), 35, filters: 36, kernel: (3, 1, 1), padding),
    ]
  }

  private static func three(
    _ name: String, _ height: Int, _ width: Int, _ channels: Int, filters: Int, _ padding: Padding, samples: Int = 2
  ) -> ConvolutionCase {
    ConvolutionCase(name, height, width, channels, filters: filters, kernel: (3, 3), padding, samples: samples)
  }

  /// Shapes drawn at random: one to three axes, of which some are smaller than a tile, 1 to 7 taps, any number of channels.
  static let drawn: [ConvolutionCase] = {
    var words = RandomSequence(RandomKey(seed: 9, purpose: .synthesis))
    var found: [ConvolutionCase] = []
    while found.count < 60 {
      let axes = Int.random(in: 1...3, using: &words)
      let most = [60, 18, 9][axes - 1]
      func draw(_ range: ClosedRange<Int>) -> [Int] {
        (0..<3).map { $0 < 3 - axes ? 1 : Int.random(in: range, using: &words) }
      }
      let (extents, taps) = (draw(2...most), draw(1...(axes == 3 ? 4 : 7)))
      let padding = [Padding.valid, .same].randomElement(using: &words) ?? .same
      guard padding == .same || zip(extents, taps).allSatisfy({ $0 >= $1 }) else { continue }
      let (channels, filters) = (Int.random(in: 16...60, using: &words), Int.random(in: 16...60, using: &words))
      let test = ConvolutionCase(
        "\(extents), \(channels) channels, \(taps) taps, \(filters) filters",
        volume: (extents[0], extents[1], extents[2]), channels, filters: filters, kernel: (taps[0], taps[1], taps[2]),
        padding)
      if Convolution.algorithm(test.geometry) == .winograd { found.append(test) }
    }
    return found
  }()

  @Test(arguments: cases + drawn)
  func theErrorIsAFewTimesThatOfDirectConvolution(_ test: ConvolutionCase) {
    #expect(Convolution.algorithm(test.geometry) == .winograd)
    let data = ConvolutionData(test, .fractional)
    let reference = data.reference
    let window = test.geometry.window
    let long = [window.depth, window.height, window.width].count { $0.kernel > 3 }
    // Eight places along two axes, or the seven taps of F(2, 7).
    let most = long > 1 || window.width.kernel > 5 || window.height.kernel > 5 ? 15.0 : 10
    expectClose(
      data.forward(.linear).floats,
      reference.forward(x: data.x.floats, kernel: data.kernel.floats, bias: data.bias.floats), within: most)
    expectClose(
      data.inputGradient().floats, reference.inputGradient(dy: data.dy.floats, kernel: data.kernel.floats),
      within: most)
    expectClose(
      data.kernelGradient().floats, reference.kernelGradient(x: data.x.floats, dy: data.dy.floats), within: most)
  }

  @Test(arguments: cases)
  func bitsDoNotDependOnWhatTheBuffersHeld(_ test: ConvolutionCase) {
    let data = ConvolutionData(test, .fractional)
    expectSameBits(data.forward(.linear).floats, data.forward(.linear, held: 3).floats)
    expectSameBits(data.kernelGradient().floats, data.kernelGradient(held: 3).floats)
    expectSameBits(data.inputGradient().floats, data.inputGradient(held: 3).floats)
  }

  /// A kernel that is laid out once gives the bits of one that is laid out for each pass.
  @Test(arguments: cases)
  func preparedKernelsLeaveNoTrace(_ test: ConvolutionCase) throws {
    let data = ConvolutionData(test, .fractional)
    for activation in [Activation.linear, .relu, .gelu] {
      expectSameBits(try #require(data.preparedForward(activation)).floats, data.forward(activation).floats)
      expectSameBits(try #require(data.preparedForward(activation, held: 3)).floats, data.forward(activation).floats)
    }
    let (before, after) = (FloatStorage(nan: data.dy.buffer.count), FloatStorage(nan: data.dy.buffer.count))
    _ = (data.forward(.gelu, before: before), data.preparedForward(.gelu, before: after))
    expectSameBits(before.floats, after.floats)
  }

  @Test func theKernelsGradientIsAddedToWhatIsThere() {
    let data = ConvolutionData(Self.cases[2], .fractional)
    let once = data.kernelGradient()
    let twice = data.kernelGradient()
    data.addKernelGradient(to: twice, .accumulate)
    #expect(zip(twice.floats, once.floats).allSatisfy { abs($0 - 2 * $1) <= 1e-3 })
  }

  /// Layers cut a slice into groups at the granule: that must not show.
  @Test(arguments: [
    small(.valid),
    ConvolutionCase("sequences", 1, 24, 40, filters: 30, kernel: (1, 5), .same, samples: 37),
    ConvolutionCase("volumes", volume: (5, 6, 7), 20, filters: 24, kernel: (3, 3, 3), .same, samples: 37),
  ])
  func partsThatStartAtGranulesHaveTheBitsOfTheWhole(_ test: ConvolutionCase) {
    let (data, granule) = (ConvolutionData(test, .fractional), Convolution.granule(test.geometry))
    #expect(granule > 2 && 2 * granule < test.samples)
    let (y, dx, dkernel) = (data.forward(.relu).floats, data.inputGradient().floats, data.kernelGradient())
    let parts = [0..<granule, granule..<test.samples].map { data.samples($0) }
    expectSameBits(parts.flatMap { $0.forward(.relu).floats }, y)
    expectSameBits(parts.flatMap { $0.inputGradient().floats }, dx)
    let sum = parts[0].kernelGradient()
    parts[1].addKernelGradient(to: sum, .accumulate)
    expectSameBits(sum.floats, dkernel.floats)
  }

  @Test func activationsAreApplied() {
    let data = ConvolutionData(Self.cases[1], .fractional)
    let linear = data.forward(.linear).floats
    expectSameBits(data.forward(.relu).floats, linear.map { $0 < 0 ? 0 : $0 })
    let before = FloatStorage(nan: linear.count)
    let gelu = data.forward(.gelu, before: before).floats
    expectSameBits(before.floats, linear)
    #expect(zip(gelu, linear).allSatisfy { abs($0 - $1 * 0.5 * erfcf(-$1 * 0.707_106_77)) <= 1e-5 * max(1, abs($1)) })
  }

  /// What the samples beside it hold, be it NaN, does not show in a sample's output or input gradient.
  @Test(arguments: cases)
  func samplesDoNotMix(_ test: ConvolutionCase) {
    guard test.samples > 1 else { return }
    let data = ConvolutionData(test, .fractional)
    let (y, dx) = (data.forward(.relu).floats, data.inputGradient().floats)
    data.x.buffer.prefix(test.geometry.inputCount).update(repeating: .nan)
    data.dy.buffer.prefix(test.geometry.outputCount).update(repeating: .nan)
    expectSameBits(
      Array(data.forward(.relu).floats.dropFirst(test.geometry.outputCount)),
      Array(y.dropFirst(test.geometry.outputCount)))
    expectSameBits(
      Array(data.inputGradient().floats.dropFirst(test.geometry.inputCount)),
      Array(dx.dropFirst(test.geometry.inputCount)))
  }

  @Test func otherShapesAreLeftToPatches() {
    let suitable = Self.three("", 8, 8, 16, filters: 16, .same)
    #expect(Convolution.algorithm(suitable.geometry) == .winograd)
    let others = [
      Self.three("few channels", 8, 8, 15, filters: 16, .same), Self.three("few filters", 8, 8, 16, filters: 15, .same),
      Self.three("tiny", 2, 2, 16, filters: 16, .same),
      ConvolutionCase("stride", 8, 8, 16, filters: 16, kernel: (3, 3), stride: (1, 2), .same),
      ConvolutionCase("dilation", 8, 8, 16, filters: 16, kernel: (3, 3), dilation: (2, 1), .same),
    ]
    for other in others { #expect(Convolution.algorithm(other.geometry) == .patches, "\(other.testDescription)") }
  }

  /// Compares the errors' root mean square, and the largest, with those of sums in float32, product by product.
  private func expectClose(
    _ result: [Float], _ expected: [DotProduct], within most: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.count == expected.count, sourceLocation: sourceLocation)
    let errors = zip(result, expected).map { abs(Double($0) - $1.value) }
    let direct = expected.map { abs(Double($0.single) - $0.value) }
    func meanSquare(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    func largest(_ values: [Double]) -> Double { values.reduce(0) { $0 > $1 ? $0 : $1 } }
    let (mean, worst) = ((meanSquare(errors) / meanSquare(direct)).squareRoot(), largest(errors) / largest(direct))
    #expect(
      mean <= most && worst <= most, "\(mean) and \(worst) times the direct sum's mean and worst error",
      sourceLocation: sourceLocation)
  }
}
