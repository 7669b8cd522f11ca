import Kernels
import Tensors
import Testing

@Suite struct ChannelNormalizationTests {
  /// Samples, their rows, and channels: one of each, a rest of the lanes, several blocks of rows to a sample, samples of one
  /// row, and fewer rows than a block has.
  static let sizes = [(1, 1, 1), (2, 7, 3), (3, 129, 17), (5, 300, 40), (1_000, 1, 5), (40, 9, 600)]
  static let activations: [Activation] = [.linear, .relu, .relu6, .gelu, .silu, .tanh]

  private func data(_ count: Int, around level: Float = 0, seed: UInt64) -> FloatStorage {
    FloatStorage(Values.fractional.random(count, seed: seed).map { $0 + level })
  }

  private func statistics(_ x: FloatStorage, _ rows: Int, _ channels: Int, samplesAtATime: Int) -> [Float] {
    let floats = FloatStorage(nan: ChannelStatistics.count(channels: channels))
    let statistics = ChannelStatistics(in: floats.buffer)
    let samples = x.buffer.count / (rows * channels)
    for first in stride(from: 0, to: samples, by: samplesAtATime) {
      let some = first..<min(first + samplesAtATime, samples)
      statistics.add(
        x.buffer.reading.part(some.lowerBound * rows * channels..<some.upperBound * rows * channels),
        rowsPerSample: rows,
        after: first * rows)
    }
    statistics.finish(rows: samples * rows)
    return Array(statistics.mean) + Array(statistics.variance)
  }

  /// Values lie around a level of up to 10⁴ deviations. Their distances from the level of the first block are exact but where
  /// it is off by more than the values themselves; they are of size 2, and so are their means. A block's sum rounds at most
  /// as often as it has rows, those that are joined once a block more; the last step rounds the mean itself.
  @Test(arguments: sizes, [0, 100, 10_000] as [Float])
  func statisticsAreMeanAndBiasedVariance(_ size: (Int, Int, Int), _ level: Float) {
    let (samples, rows, channels) = size
    let x = data(samples * rows * channels, around: level, seed: 1)
    let found = statistics(x, rows, channels, samplesAtATime: samples)
    let u = 0x1p-24
    let blocks = Double(samples * rows) / Double(min(rows, 8)) + 1
    let roundings = (Double(rows) + 4 * blocks.squareRoot()) * u
    for c in 0..<channels {
      let column = (0..<samples * rows).map { Double(x.buffer[$0 * channels + c]) }
      let mean = column.reduce(0, +) / Double(column.count)
      #expect(abs(Double(found[c]) - mean) <= 2 * roundings + 2 * Double(level) * u)
      let spread = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
      #expect(abs(Double(found[channels + c]) - spread) <= 8 * roundings)
    }
  }

  /// A first block far from all others, from which nothing is exact, costs no more than the digits of its distance.
  @Test func aFirstBlockThatIsNothingLikeTheRest() {
    let (samples, rows, channels) = (50, 16, 3)
    let x = data(samples * rows * channels, around: 1_000, seed: 1)
    x.buffer.part(0..<rows * channels).update(repeating: 0)
    let found = statistics(x, rows, channels, samplesAtATime: 7)
    for c in 0..<channels {
      let column = (0..<samples * rows).map { Double(x.buffer[$0 * channels + c]) }
      let mean = column.reduce(0, +) / Double(column.count)
      let spread = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
      #expect(abs(Double(found[c]) - mean) <= 1_000 * 16 * 0x1p-24)
      #expect(abs(Double(found[channels + c]) - spread) <= spread * 32 * 0x1p-24)
    }
  }

  @Test(arguments: sizes)
  func bitsDoNotDependOnHowManySamplesComeAtATime(_ samples: Int, _ rows: Int, _ channels: Int) {
    let x = data(samples * rows * channels, around: 3, seed: 2)
    let all = statistics(x, rows, channels, samplesAtATime: samples)
    for count in [1, 2, 3] { expectSameBits(statistics(x, rows, channels, samplesAtATime: count), all) }
    #expect(all.allSatisfy { $0.isFinite })
  }

  @Test func normalisedChannelsHaveTheirScaleAndLevel() {
    let x = FloatStorage([1, 10, 3, 30])  // two rows of two channels: means 2 and 20, variances 1 and 100
    let found = FloatStorage(statistics(x, 1, 2, samplesAtATime: 1))
    #expect(found.floats == [2, 20, 1, 100])
    let (inverse, gamma, beta, y) = (
      FloatStorage(nan: 2), FloatStorage([2, 4]), FloatStorage([5, 6]), FloatStorage(nan: 4)
    )
    ChannelNormalization.inverseDeviation(
      variance: found.buffer.reading.part(2..<4), epsilon: 0, into: inverse.buffer)
    ChannelNormalization(
      mean: found.buffer.reading.part(0..<2), inverse: inverse.buffer.reading, gamma: gamma.buffer.reading,
      beta: beta.buffer.reading
    ).forward(x: x.buffer.reading, y: y.buffer)
    #expect(y.floats == [3, 2, 7, 10])
  }

  /// With the function at its end a normalisation has the bits of both one after the other, forward and backward, and its sums
  /// those of samples that come one at a time.
  @Test(arguments: sizes, activations)
  func aFunctionAtTheEndChangesNoBit(_ size: (Int, Int, Int), _ activation: Activation) {
    let (samples, rows, channels) = size
    let count = samples * rows * channels
    let (x, gradient) = (data(count, seed: 3), data(count, seed: 4))
    let storage = data(4 * channels, around: 1.5, seed: 5)
    let vectors = storage.buffer.reading
    func normalization(_ activation: Activation) -> ChannelNormalization {
      ChannelNormalization(
        mean: vectors.part(0..<channels), inverse: vectors.part(channels..<2 * channels),
        gamma: vectors.part(2 * channels..<3 * channels), beta: vectors.part(3 * channels..<4 * channels),
        activation: activation)
    }
    let (before, y, fused) = (FloatStorage(nan: count), FloatStorage(nan: count), FloatStorage(nan: count))
    normalization(.linear).forward(x: x.buffer.reading, y: before.buffer)
    activation.apply(before.buffer.reading, into: y.buffer, channels: channels)
    normalization(activation).forward(x: x.buffer.reading, y: fused.buffer)
    expectSameBits(fused.floats, y.floats)

    let (dy, dx) = (FloatStorage(gradient.floats), FloatStorage(nan: count))
    activation.gradient(
      before: before.buffer.reading, y: y.buffer.reading, dy: dy.buffer.reading, dx: dx.buffer, channels: channels)
    let plain = sums(normalization(.linear), x, dx, rows, channels, isFinished: false, samplesAtATime: samples)
    let turned = FloatStorage(gradient.floats)
    let together = sums(normalization(activation), x, turned, rows, channels, isFinished: false, samplesAtATime: 1)
    expectSameBits(turned.floats, dx.floats)
    expectSameBits(together, plain)
    expectSameBits(
      sums(normalization(activation), x, turned, rows, channels, isFinished: true, samplesAtATime: 2), plain)
    let alone = FloatStorage(gradient.floats)
    normalization(activation).activationGradient(x: x.buffer.reading, dy: alone.buffer)
    expectSameBits(alone.floats, dx.floats)
    withExtendedLifetime(storage) {}
  }

  private func sums(
    _ normalization: ChannelNormalization, _ x: FloatStorage, _ dy: FloatStorage, _ rows: Int, _ channels: Int,
    isFinished: Bool, samplesAtATime: Int
  ) -> [Float] {
    let sums = FloatStorage(count: 2 * channels)
    let sample = rows * channels
    for first in stride(from: 0, to: x.buffer.count, by: samplesAtATime * sample) {
      let some = first..<min(first + samplesAtATime * sample, x.buffer.count)
      normalization.addParameterGradients(
        x: x.buffer.reading.part(some), dy: dy.buffer.part(some), isFinished: isFinished, rowsPerSample: rows,
        dgamma: sums.buffer.part(0..<channels), dbeta: sums.buffer.part(channels..<2 * channels))
    }
    return sums.floats
  }
}
