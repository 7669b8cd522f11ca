import Kernels
import Tensors
import Testing

/// Random geometries, small enough for the reference: they reach every algorithm, on odd extents, with channels that are no
/// multiple of a vector, and taps, strides and gaps of all kinds.
@Suite struct ConvolutionAlgorithmTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  static let cases: [ConvolutionCase] = (0..<150).compactMap { seed in
    var words = RandomSequence(RandomKey(seed: UInt64(seed), purpose: .synthesis))
    func below(_ count: Int) -> Int { Int(words.below(UInt32(count))) }
    let padding: Padding = [.valid, .same, .causal][below(3)]
    let (isPointwise, isPlain) = (below(5) == 0, below(2) == 0)
    let axes = 1 + below(3)
    let window = (0..<3).map { axis -> WindowAxis in
      guard axis >= 3 - axes else { return .single }
      return WindowAxis(
        input: 3 + below(axes == 1 ? 60 : 9), kernel: isPointwise ? 1 : 1 + below(4),
        stride: isPlain ? 1 : 1 + below(3),
        dilation: isPlain ? 1 : 1 + below(2), padding: padding, outputs: below(4) == 0 ? 1 + below(6) : .max)
    }
    let (channels, filters) = ([1, 2, 3, 5, 8, 9, 20][below(7)], [1, 2, 3, 4, 8, 11, 16, 24, 33][below(9)])
    let geometry = ConvolutionGeometry(
      WindowGeometry(depth: window[0], height: window[1], width: window[2], channels: channels), filters: filters)
    guard geometry.window.fits else { return nil }
    return ConvolutionCase("random \(seed): \(Convolution.algorithm(geometry))", geometry, samples: 3)
  }

  @Test func theyReachEveryAlgorithmButWinograds() {
    let found = Set(Self.cases.map { Convolution.algorithm($0.geometry) })
    #expect(found.isSuperset(of: [.pointwise, .direct, .mirrored, .patches]))
  }

  @Test(arguments: cases)
  func allPassesAreTheSumsOfTheirProducts(_ test: ConvolutionCase) {
    // Whole numbers leave nothing to rounding but in Winograd's transforms, which have tests of their own.
    guard Convolution.algorithm(test.geometry) != .winograd else { return }
    let data = ConvolutionData(test, .whole)
    let reference = data.reference
    expect(
      data.forward(.linear), reference.forward(x: data.x.floats, kernel: data.kernel.floats, bias: data.bias.floats))
    expect(data.kernelGradient(), reference.kernelGradient(x: data.x.floats, dy: data.dy.floats))
    expect(data.inputGradient(), reference.inputGradient(dy: data.dy.floats, kernel: data.kernel.floats))
  }

  /// Passes over parts of a slice that start at multiples of the granule give the bits of one pass.
  @Test(arguments: cases)
  func bitsDoNotDependOnHowManySamplesArePassedAtOnce(_ test: ConvolutionCase) {
    let granule = Convolution.granule(test.geometry)
    let data = ConvolutionData(
      ConvolutionCase(test.testDescription, test.geometry, samples: 2 * granule + 1), .fractional)
    let parts = [0..<granule, granule..<2 * granule + 1].map(data.samples)
    expectSameBits(parts.flatMap { $0.forward(.gelu).floats }, data.forward(.gelu).floats)
    expectSameBits(parts.flatMap { $0.inputGradient().floats }, data.inputGradient().floats)
    let dkernel = parts[0].kernelGradient()
    parts[1].addKernelGradient(to: dkernel, .accumulate)
    expectSameBits(dkernel.floats, data.kernelGradient().floats)
  }

  private func expect(
    _ result: FloatStorage, _ expected: [DotProduct], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let wrong = zip(result.floats, expected).enumerated().first { Double($1.0) != $1.1.value }
    #expect(wrong == nil, "the first wrong element, with its expected sum", sourceLocation: sourceLocation)
  }
}
