import Glibc
import Kernels
import Tensors
import Testing

@Suite struct ActivationTests {
  @Test func biasComesBeforeTheFunction() {
    let bias = FloatStorage([1, -2, 3])
    for (activation, expected) in [
      (Activation.linear, [2, -1, -2, 5, -2, 3] as [Float]), (.relu, [2, 0, 0, 5, 0, 3]),
    ] {
      let values = FloatStorage([1, 1, -5, 4, 0, 0])
      activation.apply(bias: bias.buffer.reading, to: values.buffer, channels: 3)
      #expect(values.floats == expected)
    }
  }

  @Test func withoutBiasNothingIsAdded() {
    let values = FloatStorage([1, -1])
    Activation.linear.apply(bias: nil, to: values.buffer, channels: 2)
    #expect(values.floats == [1, -1])
    Activation.relu.apply(bias: nil, to: values.buffer, channels: 2)
    #expect(values.floats == [1, 0])
  }

  @Test func aNaNPassesThroughReLU() {
    let bias = FloatStorage([0])
    let values = FloatStorage([.nan, 1])
    Activation.relu.apply(bias: nil, to: values.buffer, channels: 1)
    #expect(values.buffer[0].isNaN && values.buffer[1] == 1)
    Activation.relu.apply(bias: bias.buffer.reading, to: values.buffer, channels: 1)
    #expect(values.buffer[0].isNaN && values.buffer[1] == 1)
  }

  @Test func theKinkOfReLUHasNoGradient() {
    let (y, dy) = (FloatStorage([0, 2, 0]), FloatStorage([5, 6, 7]))
    Activation.relu.gradient(y: y.buffer.reading, dy: dy.buffer, channels: 3)
    #expect(dy.floats == [0, 6, 0])
  }

  /// Textbook values. expf, tanhf and erfcf are off by 2 ulp at most, the operations around them add a few halves.
  @Test func theSmoothOnesAreTheirFormulas() {
    let x: [Float] = [-30, -2, -0.5, 0, 0.5, 2, 30]
    for (activation, formula) in [
      (Activation.sigmoid, { 1 / (1 + exp(-$0)) }), (.tanh, { tanh($0) }),
      (.gelu, { $0 * erfc(-$0 / 2.0.squareRoot()) / 2 }), (.silu, { $0 / (1 + exp(-$0)) }),
    ] as [(Activation, (Double) -> Double)] {
      let values = FloatStorage(x)
      activation.apply(bias: nil, to: values.buffer, channels: 1)
      for (found, x) in zip(values.floats, x) {
        let expected = formula(Double(x))
        // The argument of erfc is rounded too, which the steep tail of the normal distribution multiplies by x².
        let ulps = 6 + (activation == .gelu ? Double(x * x) : 0)
        let tolerance = ulps * 0x1p-23 * abs(expected) + Double(Float.leastNonzeroMagnitude)
        #expect(abs(Double(found) - expected) <= tolerance, "\(activation)(\(x))")
      }
    }
  }

  @Test func theLeakyOneHasKerassSlope() {
    let values = FloatStorage([-5, 0, 5, .nan])
    Activation.leakyReLU.apply(bias: nil, to: values.buffer, channels: 1)
    #expect(values.buffer[0] == -1 && values.buffer[1] == 0 && values.buffer[2] == 5 && values.buffer[3].isNaN)
  }

  @Test func onlyWhatTheGradientReadsIsKept() {
    let bias = FloatStorage([3])
    for activation in Activation.allCases {
      let (values, before) = (FloatStorage([1, 2]), FloatStorage([7, 7]))
      activation.apply(bias: bias.buffer.reading, to: values.buffer, before: before.buffer, channels: 1)
      #expect(before.floats == (activation.readsInput ? [4, 5] : [7, 7]), "\(activation)")
    }
  }

  @Test func theRectifierHasThreePieces() {
    let rectifier = Rectifier(slope: 0.5, threshold: 1, maximum: 6)
    let (x, y, dx) = (FloatStorage([-1, 1, 3, 6, 9]), FloatStorage(nan: 5), FloatStorage(nan: 5))
    rectifier.forward(x: x.buffer.reading, y: y.buffer)
    #expect(y.floats == [-1, 1, 3, 6, 6])
    let dy = FloatStorage([2, 2, 2, 2, 2])
    rectifier.backward(x: x.buffer.reading, dy: dy.buffer.reading, dx: dx.buffer)
    #expect(dx.floats == [1, 1, 2, 0, 0])
  }

  @Test func softmaxOfFarValuesIsFinite() {
    let values = FloatStorage([1e4, -1e4, 1e4, -1e4, -1e4, -1e4, -1e4, -1e4])
    Activation.softmax.apply(bias: nil, to: values.buffer, channels: 4)
    #expect(values.floats == [0.5, 0, 0.5, 0, 0.25, 0.25, 0.25, 0.25])
  }

  @Test func theBiasGradientSumsOverAllRows() {
    let dy = FloatStorage(Values.whole.random(7 * 5, seed: 1))
    let dbias = FloatStorage(nan: 5)
    biasGradient(dy: dy.buffer.reading, dbias: dbias.buffer)
    var sums = [Float](repeating: 0, count: 5)
    for (i, value) in dy.floats.enumerated() { sums[i % 5] += value }
    #expect(dbias.floats == sums)
  }
}
