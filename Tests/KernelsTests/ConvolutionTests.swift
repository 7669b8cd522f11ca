import Kernels
import Tensors
import Testing

/// A geometry with a name for the test's report.
struct ConvolutionCase: CustomTestStringConvertible {
  let testDescription: String
  let geometry: ConvolutionGeometry
  let samples: Int

  init(
    _ name: String, _ height: Int, _ width: Int, _ channels: Int, filters: Int, kernel: (Int, Int),
    stride: (Int, Int) = (1, 1),
    dilation: (Int, Int) = (1, 1), _ padding: Padding, samples: Int = 2
  ) {
    testDescription = "\(name), \(padding)"
    self.samples = samples
    geometry = ConvolutionGeometry(
      WindowGeometry(
        height: WindowAxis(
          input: height, kernel: kernel.0, stride: stride.0, dilation: dilation.0, padding: padding),
        width: WindowAxis(
          input: width, kernel: kernel.1, stride: stride.1, dilation: dilation.1, padding: padding),
        channels: channels),
      filters: filters)
  }

  /// Three axes, of extents that all differ.
  init(
    _ name: String, volume: (Int, Int, Int), _ channels: Int, filters: Int, kernel: (Int, Int, Int), stride: Int = 1,
    dilation: Int = 1, _ padding: Padding, samples: Int = 2
  ) {
    testDescription = "\(name), \(padding)"
    self.samples = samples
    func axis(_ input: Int, _ kernel: Int) -> WindowAxis {
      WindowAxis(input: input, kernel: kernel, stride: stride, dilation: dilation, padding: padding)
    }
    geometry = ConvolutionGeometry(
      WindowGeometry(
        depth: axis(volume.0, kernel.0), height: axis(volume.1, kernel.1), width: axis(volume.2, kernel.2),
        channels: channels),
      filters: filters)
  }

  init(_ name: String, _ geometry: ConvolutionGeometry, samples: Int) {
    (testDescription, self.geometry, self.samples) = (name, geometry, samples)
  }

  static let all: [ConvolutionCase] = [Padding.valid, .same].flatMap { padding in
    [
      ConvolutionCase("one tap, one channel", 4, 3, 1, filters: 1, kernel: (1, 1), padding),
      ConvolutionCase("3 × 3", 8, 8, 3, filters: 4, kernel: (3, 3), padding),
      ConvolutionCase("odd sizes", 7, 5, 2, filters: 3, kernel: (3, 2), padding, samples: 3),
      ConvolutionCase("even kernel", 6, 9, 2, filters: 5, kernel: (4, 2), padding),
      ConvolutionCase("the kernel is the image", 5, 4, 3, filters: 2, kernel: (5, 4), padding),
      ConvolutionCase("stride", 9, 10, 2, filters: 3, kernel: (3, 3), stride: (2, 3), padding),
      ConvolutionCase("stride beyond the kernel", 11, 8, 2, filters: 2, kernel: (2, 1), stride: (3, 2), padding),
      ConvolutionCase("dilation", 9, 11, 2, filters: 3, kernel: (3, 3), dilation: (2, 3), padding),
      ConvolutionCase(
        "stride and dilation", 13, 12, 3, filters: 2, kernel: (3, 2), stride: (2, 2), dilation: (3, 2), padding),
      ConvolutionCase("many channels", 6, 6, 40, filters: 48, kernel: (3, 2), padding, samples: 1),
      severalBlocks(padding),
      longLine(padding),
      ConvolutionCase("a volume", volume: (4, 5, 6), 2, filters: 3, kernel: (2, 3, 1), padding),
      ConvolutionCase("a volume, stride", volume: (7, 5, 6), 2, filters: 2, kernel: (3, 2, 3), stride: 2, padding),
      ConvolutionCase("a volume, dilation", volume: (5, 7, 6), 1, filters: 2, kernel: (2, 3, 2), dilation: 2, padding),
    ]
  }

  /// So many patches that they are multiplied in several blocks of output rows, the last of them lower.
  static func severalBlocks(_ padding: Padding) -> ConvolutionCase {
    ConvolutionCase("several blocks", 39, 37, 24, filters: 9, kernel: (3, 3), stride: (1, 1), dilation: (2, 1), padding)
  }
}

extension ConvolutionCase {
  /// A sequence so long that its one line of outputs is multiplied in several blocks.
  static func longLine(_ padding: Padding) -> ConvolutionCase {
    ConvolutionCase("a long line", 1, 3_001, 9, filters: 7, kernel: (1, 7), padding, samples: 1)
  }
}

/// Every run hands the kernels targets and scratch memory full of NaN.
@Suite struct ConvolutionTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  @Test(arguments: ConvolutionCase.all, Values.allCases)
  func forwardIsTheSumOfItsProducts(_ test: ConvolutionCase, _ values: Values) {
    let data = ConvolutionData(test, values)
    let expected = data.reference.forward(x: data.x.floats, kernel: data.kernel.floats, bias: data.bias.floats)
    expectClose(data.forward(.linear).floats, expected, exact: isExact(test, values))

    // max(·, 0) brings no two numbers further apart, so the bound stays.
    let rectified = data.forward(.relu).floats
    #expect(zip(rectified, expected).allSatisfy { abs(Double($0) - max($1.value, 0)) <= $1.errorBound })
  }

  @Test(arguments: ConvolutionCase.all, Values.allCases)
  func kernelGradientIsTheSumOfItsProducts(_ test: ConvolutionCase, _ values: Values) {
    let data = ConvolutionData(test, values)
    let expected = data.reference.kernelGradient(x: data.x.floats, dy: data.dy.floats)
    expectClose(data.kernelGradient().floats, expected, exact: isExact(test, values))
  }

  @Test(arguments: ConvolutionCase.all, Values.allCases)
  func inputGradientIsTheSumOfItsProducts(_ test: ConvolutionCase, _ values: Values) {
    let data = ConvolutionData(test, values)
    let expected = data.reference.inputGradient(dy: data.dy.floats, kernel: data.kernel.floats)
    expectClose(data.inputGradient().floats, expected, exact: isExact(test, values))
  }

  /// Sums of products of whole numbers are exact; transforms divide.
  private func isExact(_ test: ConvolutionCase, _ values: Values) -> Bool {
    values == .whole && Convolution.algorithm(test.geometry) != .winograd
  }

  /// The values before the activation are what a linear layer would give, over every block and sample.
  @Test func theValuesBeforeTheActivationAreKept() {
    let data = ConvolutionData(ConvolutionCase.severalBlocks(.same), .fractional)
    let before = FloatStorage(nan: data.dy.buffer.count)
    _ = data.forward(.gelu, before: before)
    expectSameBits(before.floats, data.forward(.linear).floats)
  }

  @Test(arguments: ConvolutionCase.all)
  func bitsDoNotDependOnWhatTheBuffersHeld(_ test: ConvolutionCase) {
    let data = ConvolutionData(test, .fractional)
    expectSameBits(data.forward(.linear).floats, data.forward(.linear, held: 3).floats)
    expectSameBits(data.kernelGradient().floats, data.kernelGradient(held: 3).floats)
    expectSameBits(data.inputGradient().floats, data.inputGradient(held: 3).floats)
  }

  @Test func aSamplesOutputDoesNotDependOnItsNeighbours() {
    let data = ConvolutionData(ConvolutionCase("3 × 3", 8, 8, 3, filters: 4, kernel: (3, 3), .same), .fractional)
    let both = data.forward(.relu).floats
    data.x.view([8 * 8 * 3]).sample(0).update(repeating: .nan)
    expectSameBits(Array(data.forward(.relu).floats.suffix(both.count / 2)), Array(both.suffix(both.count / 2)))
  }

  private func expectClose(
    _ result: [Float], _ expected: [DotProduct], exact: Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.count == expected.count, sourceLocation: sourceLocation)
    let worst = zip(result, expected).enumerated().first { _, pair in
      !(abs(Double(pair.0) - pair.1.value) <= (exact ? 0 : pair.1.errorBound))
    }
    #expect(worst == nil, "the first wrong element, with its expected sum", sourceLocation: sourceLocation)
  }
}
