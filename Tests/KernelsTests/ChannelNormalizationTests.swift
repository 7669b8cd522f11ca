import Kernels
import Tensors
import Testing

@Suite struct ChannelNormalizationTests {
  /// Rows and channels: one of each, a rest of the lanes, and rows beyond a block of sums.
  static let sizes = [(1, 1), (7, 3), (129, 17), (1_000, 5)]

  /// Values around 100, of which a naive mean of squares less the square of the mean would lose 4 digits.
  private func data(_ rows: Int, _ channels: Int) -> FloatStorage {
    FloatStorage(Values.fractional.random(rows * channels, seed: 1).map { $0 + 100 })
  }

  /// A sum in blocks of 128 rounds at most 128 + rows/128 times on any path, the division once. The deviations from a mean
  /// that is off by that much are of size 1 and have roundings of 2^-24 · 100 besides.
  @Test(arguments: sizes)
  func statisticsAreMeanAndBiasedVariance(_ rows: Int, _ channels: Int) {
    let x = data(rows, channels)
    let (mean, variance) = (FloatStorage(nan: channels), FloatStorage(nan: channels))
    ChannelNormalization.statistics(x: x.buffer.reading, mean: mean.buffer, variance: variance.buffer)
    let u = 0x1p-24
    let roundings = Double(min(rows, 128) + rows / 128 + 2) * u
    for c in 0..<channels {
      let column = (0..<rows).map { Double(x.buffer[$0 * channels + c]) }
      let expected = column.reduce(0, +) / Double(rows)
      #expect(abs(Double(mean.buffer[c]) - expected) <= roundings * 101)
      let spread = column.reduce(0) { $0 + ($1 - expected) * ($1 - expected) } / Double(rows)
      let center = roundings * 101 + 101 * u
      #expect(abs(Double(variance.buffer[c]) - spread) <= 4 * center + (roundings + 3 * u) * spread)
    }
  }

  @Test func normalisedChannelsHaveTheirScaleAndLevel() {
    let x = FloatStorage([1, 10, 3, 30])  // two rows of two channels: means 2 and 20, variances 1 and 100
    let (mean, variance, inverse) = (FloatStorage(nan: 2), FloatStorage(nan: 2), FloatStorage(nan: 2))
    ChannelNormalization.statistics(x: x.buffer.reading, mean: mean.buffer, variance: variance.buffer)
    ChannelNormalization.inverseDeviation(variance: variance.buffer.reading, epsilon: 0, into: inverse.buffer)
    let (gamma, beta, y) = (FloatStorage([2, 4]), FloatStorage([5, 6]), FloatStorage(nan: 4))
    ChannelNormalization.forward(
      x: x.buffer.reading, mean: mean.buffer.reading, inverse: inverse.buffer.reading,
      gamma: gamma.buffer.reading, beta: beta.buffer.reading, y: y.buffer)
    #expect(variance.floats == [1, 100])
    #expect(y.floats == [3, 2, 7, 10])
  }
}
