import Kernels
import Tensors
import Testing

@Suite struct DepthwiseConvolutionTests {
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let window: WindowGeometry
    let values: Values

    init(
      _ extents: (Int, Int), kernel: (Int, Int), stride: (Int, Int) = (1, 1), dilation: (Int, Int) = (1, 1),
      _ padding: Padding = .same, channels: Int, _ values: Values = .whole
    ) {
      window = WindowGeometry(
        height: WindowAxis(
          input: extents.0, kernel: kernel.0, stride: stride.0, dilation: dilation.0,
          padding: extents.0 == 1 ? .valid : padding),
        width: WindowAxis(
          input: extents.1, kernel: kernel.1, stride: stride.1, dilation: dilation.1, padding: padding),
        channels: channels)
      self.values = values
      testDescription =
        "\(extents), kernel \(kernel), stride \(stride), dilation \(dilation), \(padding), \(channels) channels, \(values)"
    }

    static let all =
      [1, 5, 8, 9, 16, 17, 24, 40].flatMap { channels in
        [
          Case((9, 11), kernel: (3, 3), channels: channels),
          Case((9, 11), kernel: (3, 3), channels: channels, .fractional),
          Case((3, 2), kernel: (3, 3), channels: channels),
          Case((13, 12), kernel: (3, 3), stride: (2, 2), .valid, channels: channels),
          Case((10, 9), kernel: (3, 3), stride: (2, 2), channels: channels),
          Case((12, 15), kernel: (3, 3), dilation: (2, 3), channels: channels),
          Case((1, 21), kernel: (1, 4), .causal, channels: channels),
        ]
      } + [
        Case((14, 15), kernel: (5, 5), channels: 24),
        Case((14, 15), kernel: (5, 4), stride: (2, 2), channels: 17),
        Case((1, 700), kernel: (1, 5), stride: (1, 3), dilation: (1, 2), channels: 17),
        Case((7, 9), kernel: (2, 1), stride: (3, 2), .valid, channels: 9),
        Case((6, 7), kernel: (2, 3), stride: (3, 4), dilation: (3, 2), channels: 18),
        Case((9, 9), kernel: (9, 9), channels: 16),
        Case((70, 90), kernel: (3, 3), channels: 19, .fractional),
        Case((61, 75), kernel: (3, 3), stride: (2, 2), channels: 40, .fractional),
        Case((40, 40), kernel: (31, 29), channels: 3),
      ]
  }

  /// Each channel by itself is a convolution with one filter.
  @Test(arguments: Case.all)
  func eachChannelIsConvolved(_ test: Case) {
    let (window, channels) = (test.window, test.window.channels)
    let x = test.values.random(window.inputCount, seed: 1)
    let kernel = test.values.random(window.taps * channels, seed: 2)
    let dy = test.values.random(window.outputPixels * channels, seed: 3)
    let before = test.values.random(kernel.count, seed: 4)
    let (y, dx, dkernel) = passes(window, x: x, kernel: kernel, dy: dy, addingTo: before)

    let one = WindowGeometry(height: window.height, width: window.width, channels: 1)
    let reference = ConvolutionReference(geometry: ConvolutionGeometry(one, filters: 1), samples: 1)
    for c in 0..<channels {
      func channel(_ floats: [Float]) -> [Float] { stride(from: c, to: floats.count, by: channels).map { floats[$0] } }
      expect(channel(y), reference.forward(x: channel(x), kernel: channel(kernel), bias: [0]), test)
      expect(channel(dx), reference.inputGradient(dy: channel(dy), kernel: channel(kernel)), test)
      var sums = reference.kernelGradient(x: channel(x), dy: channel(dy))
      for (tap, value) in channel(before).enumerated() { sums[tap].add(value, 1) }
      expect(channel(dkernel), sums, test)
    }
  }

  /// The outputs, the gradient of the input, and `before` with the gradient of the kernel.
  private func passes(
    _ window: WindowGeometry, x: [Float], kernel: [Float], dy: [Float], addingTo before: [Float]
  ) -> (y: [Float], dx: [Float], dkernel: [Float]) {
    let convolution = DepthwiseConvolution(window)
    let scratch = FloatStorage(nan: convolution.scratchCount)
    let (y, dx, dkernel) = (FloatStorage(nan: dy.count), FloatStorage(nan: x.count), FloatStorage(before))
    let (source, weights, gradient) = (FloatStorage(x), FloatStorage(kernel), FloatStorage(dy))
    convolution.forward(
      x: source.buffer.reading, kernel: weights.buffer.reading, y: y.buffer, scratch: scratch.buffer)
    convolution.inputGradient(
      dy: gradient.buffer.reading, kernel: weights.buffer.reading, dx: dx.buffer, scratch: scratch.buffer)
    convolution.addKernelGradient(
      x: source.buffer.reading, dy: gradient.buffer.reading, dkernel: dkernel.buffer, scratch: scratch.buffer)
    return (y.floats, dx.floats, dkernel.floats)
  }

  /// Whole numbers are added up without rounding, in any order.
  private func expect(_ floats: [Float], _ sums: [DotProduct], _ test: Case) {
    let wrong = zip(floats, sums).enumerated().first { _, pair in
      let bound = test.values == .whole ? 0 : pair.1.errorBound
      return !(abs(Double(pair.0) - pair.1.value) <= bound)
    }
    guard let (index, pair) = wrong else { return }
    Issue.record("element \(index) is \(pair.0), expected \(pair.1.value)")
  }

  /// A channel has the same bits whatever channels are beside it, and so whatever vector it is in.
  @Test(arguments: [(9, 11, 1), (3, 3, 1), (61, 45, 2), (24, 24, 1)])
  func aChannelIsFreeOfItsPlace(_ height: Int, _ width: Int, _ step: Int) {
    let channels = 40
    func geometry(_ channels: Int) -> WindowGeometry {
      WindowGeometry(
        height: WindowAxis(input: height, kernel: 3, stride: step, padding: .same),
        width: WindowAxis(input: width, kernel: 3, stride: step, padding: .same), channels: channels)
    }
    /// All results of convolving the channels from `shift` on, and then those before.
    func results(_ shift: Int) -> [[Float]] {
      let window = geometry(channels)
      func rotated(_ floats: [Float], by shift: Int) -> [Float] {
        floats.indices.map { floats[$0 / channels * channels + ($0 + shift) % channels] }
      }
      func input(_ count: Int, seed: UInt64) -> [Float] {
        rotated(Values.fractional.random(count, seed: seed), by: shift)
      }
      let (y, dx, dkernel) = passes(
        window, x: input(window.inputCount, seed: 1), kernel: input(9 * channels, seed: 2),
        dy: input(window.outputPixels * channels, seed: 3), addingTo: [Float](repeating: 0, count: 9 * channels))
      return [y, dx, dkernel].map { rotated($0, by: channels - shift) }
    }
    let expected = results(0)
    for shift in [1, 7, 24] { for (a, b) in zip(results(shift), expected) { expectSameBits(a, b) } }
  }
}
