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
