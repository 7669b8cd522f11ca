import Glibc
import Kernels
import Tensors
import Testing

/// Convolutions of a shape for which Winograd's algorithm is chosen, against the definition in double precision.
@Suite struct WinogradTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  static let cases: [ConvolutionCase] = [Padding.valid, .same].flatMap { padding in
    [
      // Outputs of 4·n, 4·n ± 1 and 4·n + 2, for both gradients too.
      three("whole tiles", 10, 14, 16, filters: 16, padding),
      three("odd sizes", 11, 7, 16, filters: 24, padding, samples: 3),
      three("odd channels", 9, 12, 17, filters: 19, padding),
      three("more channels than filters", 13, 8, 37, filters: 16, padding),
      three("one tile", 6, 6, 20, filters: 33, padding, samples: 1),
      three("several blocks a sample", 37, 46, 16, filters: 18, padding),
      three("small samples, several to a block", 7, 8, 16, filters: 21, padding, samples: 37),
    ]
  }

  private static func three(
    _ name: String, _ height: Int, _ width: Int, _ channels: Int, filters: Int, _ padding: Padding, samples: Int = 2
  ) -> ConvolutionCase {
    ConvolutionCase(name, height, width, channels, filters: filters, kernel: (3, 3), padding, samples: samples)
  }

  @Test(arguments: cases)
  func theErrorIsWithinTenTimesThatOfDirectConvolution(_ test: ConvolutionCase) {
    #expect(Convolution.algorithm(test.geometry) == .winograd)
    let data = ConvolutionData(test, .fractional)
    let reference = data.reference
    expectClose(
      data.forward(.linear).floats,
      reference.forward(x: data.x.floats, kernel: data.kernel.floats, bias: data.bias.floats))
    expectClose(
      data.inputGradient().floats, reference.inputGradient(dy: data.dy.floats, kernel: data.kernel.floats))
    expectClose(data.kernelGradient().floats, reference.kernelGradient(x: data.x.floats, dy: data.dy.floats))
  }

  @Test(arguments: cases)
  func bitsDoNotDependOnWhatTheBuffersHeld(_ test: ConvolutionCase) {
    let data = ConvolutionData(test, .fractional)
    expectSameBits(data.forward(.linear).floats, data.forward(.linear, held: 3).floats)
    expectSameBits(data.kernelGradient().floats, data.kernelGradient(held: 3).floats)
    expectSameBits(data.inputGradient().floats, data.inputGradient(held: 3).floats)
  }

  @Test func theKernelsGradientIsAddedToWhatIsThere() {
    let data = ConvolutionData(Self.cases[2], .fractional)
    let once = data.kernelGradient()
    let twice = data.kernelGradient()
    data.addKernelGradient(to: twice, .accumulate)
    #expect(zip(twice.floats, once.floats).allSatisfy { abs($0 - 2 * $1) <= 1e-3 })
  }

  /// Layers cut a slice into groups at the granule: that must not show.
  @Test func partsThatStartAtGranulesHaveTheBitsOfTheWhole() {
    let test = Self.cases[6]
    let (data, granule) = (ConvolutionData(test, .fractional), Convolution.granule(test.geometry))
    #expect(granule == 16 && 2 * granule < test.samples)
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
      Self.three("tiny", 2, 2, 16, filters: 16, .same), Self.three("a line", 1, 30, 16, filters: 16, .same),
      ConvolutionCase("stride", 8, 8, 16, filters: 16, kernel: (3, 3), stride: (1, 2), .same),
      ConvolutionCase("dilation", 8, 8, 16, filters: 16, kernel: (3, 3), dilation: (2, 1), .same),
      ConvolutionCase("other taps", 8, 8, 16, filters: 16, kernel: (3, 5), .same),
      ConvolutionCase("a volume", volume: (8, 8, 8), 16, filters: 16, kernel: (3, 3, 3), .same),
      ConvolutionCase("a stack of planes", volume: (8, 8, 8), 16, filters: 16, kernel: (1, 3, 3), .same),
    ]
    for other in others { #expect(Convolution.algorithm(other.geometry) == .patches, "\(other.testDescription)") }
  }

  /// Compares the errors' root mean square, and the largest, with those of sums in float32, product by product.
  private func expectClose(
    _ result: [Float], _ expected: [DotProduct], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.count == expected.count, sourceLocation: sourceLocation)
    let errors = zip(result, expected).map { abs(Double($0) - $1.value) }
    let direct = expected.map { abs(Double($0.single) - $0.value) }
    func meanSquare(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    func largest(_ values: [Double]) -> Double { values.reduce(0) { $0 > $1 ? $0 : $1 } }
    let (mean, worst) = ((meanSquare(errors) / meanSquare(direct)).squareRoot(), largest(errors) / largest(direct))
    #expect(
      mean <= 10 && worst <= 10, "\(mean) and \(worst) times the direct sum's mean and worst error",
      sourceLocation: sourceLocation)
  }
}
