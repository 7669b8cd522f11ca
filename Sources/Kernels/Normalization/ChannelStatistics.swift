import Tensors

/// Mean and biased variance of each of C channels over rows that come a few samples at a time, in one pass over memory:
///
///     mean[c] = Σ x[·, c] / R,   variance[c] = Σ (x[·, c] - mean[c])² / R
///
/// A block of rows is read twice, for its mean and for the squares of its deviations, the second time from the first-level
/// cache. Blocks are joined by the formula of Chan, Golub and LeVeque ("Updating formulae and a pairwise algorithm for
/// computing sample variances", 1979), in order. No block reaches beyond a sample, so that the bits are the same however
/// many samples come at a time.
///
/// All values are taken from a level near the mean, that of the first block: the difference is small, mostly exact, and what
/// is added up keeps its digits where the mean is large beside the deviation.
public struct ChannelStatistics {
  /// From where values are measured.
  private let level: MutableFloatBuffer
  /// The mean from the level; in the end the mean.
  private let center: MutableFloatBuffer
  /// Σ (x - mean)²; in the end the variance.
  private let squares: MutableFloatBuffer

  /// The mean, once `finish` was called: (C,).
  public var mean: FloatBuffer { center.reading }
  /// The variance, once `finish` was called: (C,).
  public var variance: FloatBuffer { squares.reading }

  /// How many floats `init` takes.
  public static func count(channels: Int) -> Int { 3 * channels }

  /// Statistics that live in `floats`, which hold what earlier calls have found.
  public init(in floats: MutableFloatBuffer) {
    precondition(floats.count % 3 == 0, "\(floats.count) floats are not three for each channel")
    let channels = floats.count / 3
    center = floats.part(0..<channels)
    squares = floats.part(channels..<2 * channels)
    level = floats.part(2 * channels..<3 * channels)
  }

  /// Takes some samples in.
  ///
  /// - Parameters:
  ///   - x: (samples · rowsPerSample, C).
  ///   - before: how many rows were taken in before; with 0 all begins anew.
  public func add(_ x: FloatBuffer, rowsPerSample: Int, after before: Int) {
    let channels = center.count
    precondition(channels > 0 && x.count > 0 && x.count % (rowsPerSample * channels) == 0, "channels do not fit")
    guard let source = x.baseAddress else { return }
    var before = before
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * channels) { block in
      let (means, deviations) = (block.part(0..<channels), block.part(channels..<2 * channels))
      for sample in stride(from: 0, to: x.count, by: rowsPerSample * channels) {
        RowBlocks.forEach(rows: rowsPerSample, channels: channels) { rows in
          let first = source + sample + rows.lowerBound * channels
          if before == 0 {
            [level, center, squares].forEach { $0.update(repeating: 0) }
            measure(first, rows.count, means, deviations)
            _ = level.update(fromContentsOf: means)
          }
          measure(first, rows.count, means, deviations)
          join(means.reading, deviations.reading, rows: rows.count, to: before)
          before += rows.count
        }
      }
    }
  }

  /// Turns what was found over `rows` rows into mean and variance.
  public func finish(rows: Int) {
    for c in 0..<center.count {
      center[c] += level[c]
      squares[c] /= Float(rows)
    }
  }

  /// The mean of a block, from the level, and Σ (x - mean)².
  private func measure(
    _ source: UnsafePointer<Float>, _ rows: Int, _ means: MutableFloatBuffer, _ deviations: MutableFloatBuffer
  ) {
    let channels = means.count
    guard let levels = level.baseAddress, let means = means.baseAddress, let deviations = deviations.baseAddress else {
      return
    }
    forEachTile(of: channels) { first, width in
      let level = load(levels + first, width)
      let (column, end) = (source + first, rows * channels)
      let ahead = RowBlocks.ahead(end)
      // Two sums side by side hide how long an addition takes.
      var (even, odd) = (Lanes(), Lanes())
      var row = 0
      while row &+ channels < end {
        prefetch(column + row + ahead)
        prefetch(column + row + channels + ahead)
        even += load(column + row, width) - level
        odd += load(column + row + channels, width) - level
        row &+= 2 &* channels
      }
      if row < end { even += load(column + row, width) - level }
      let mean = (even + odd) / Float(rows)
      (even, odd, row) = (Lanes(), Lanes(), 0)
      while row &+ channels < end {
        let left = load(column + row, width) - level - mean
        let right = load(column + row + channels, width) - level - mean
        even += left * left
        odd += right * right
        row &+= 2 &* channels
      }
      if row < end {
        let last = load(column + row, width) - level - mean
        even += last * last
      }
      store(mean, means + first, width)
      store(even + odd, deviations + first, width)
    }
  }

  /// Joins a block of rows to those before.
  private func join(_ means: FloatBuffer, _ deviations: FloatBuffer, rows: Int, to before: Int) {
    let share = Double(rows) / Double(before + rows)
    let (weight, spread) = (Float(share), Float(share * Double(before)))
    for c in 0..<means.count {
      let distance = means[c] - center[c]
      center[c] += distance * weight
      squares[c] += deviations[c] + distance * distance * spread
    }
  }
}
