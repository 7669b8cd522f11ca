import Files
import Hosts
import Tensors

extension Normalization {
  /// How many places a sample may have to be scaled place by place: a run keeps two numbers for each.
  public static let mostPlaces = 1 << 20

  /// Measures all samples of `dataset`, where `kind` needs it; the channels are its last axis. How many threads do it changes
  /// nothing, and neither does the order of the samples.
  ///
  /// Channels of a data set that has levels are counted: each pixel is the nearest one, which it is in every data set of images.
  /// All else is summed without an error, see `ExactMoments`.
  ///
  /// - Parameters:
  ///   - kind: over what the mean is to be 0; not over nothing.
  ///   - dataset: the samples to measure.
  ///   - threads: how many threads load samples at once.
  /// - Throws: `FileError`, malformed, for a sample that holds a number that is not finite, or has too many places; what
  ///   `Dataset.check` throws.
  public init(_ kind: NormalizationKind = .channel, of dataset: any Dataset, threads: Int = 1) throws {
    let shape = dataset.sampleShape
    let statistics: [(mean: Float, deviation: Float)]
    switch kind {
    case .none, .sample:
      self = .ofEachSample
      return
    case .channel:
      let channels = shape[shape.rank - 1]
      statistics =
        if let levels = dataset.levels {
          try Self.countedStatistics(dataset, channels, levels, threads)
        } else {
          try Self.summedStatistics(dataset, channels, threads)
        }
    case .feature:
      guard shape.count <= Self.mostPlaces else {
        throw FileError(
          .malformed, dataset.name,
          "has samples of \(shape), which are \(shape.count) places: by feature up to \(Self.mostPlaces) can be scaled, by "
            + "channel or sample any")
      }
      statistics = try Self.summedStatistics(dataset, shape.count, threads)
    }
    self.init(kind, mean: statistics.map(\.mean), deviation: statistics.map(\.deviation))
  }

  /// Runs `measure` over the samples, on several threads with a part of them each.
  private static func inParts<Found: Sendable>(
    _ dataset: any Dataset, _ threads: Int, _ measure: @escaping @Sendable (Range<Int>) throws -> Found
  ) throws -> [Found] {
    let parts = max(1, min(threads, dataset.count))
    let bounds = (0...parts).map { dataset.count * $0 / parts }
    let found =
      parts == 1
      ? [Result { try measure(0..<dataset.count) }]
      : try ParallelMap.run(parts, threads: parts, progress: { _ in }) { part in
        Result { try measure(bounds[part]..<bounds[part + 1]) }
      }
    // What was read of a file that has changed meanwhile says nothing, its being odd neither.
    try dataset.check()
    return try found.map { try $0.get() }
  }

  private static func summedStatistics(
    _ dataset: any Dataset, _ places: Int, _ threads: Int
  ) throws -> [(mean: Float, deviation: Float)] {
    // Each thread's sums take room of their own: a quarter of a gigabyte in all, or one thread's.
    let room = max(1, (256 << 20) / (places * ExactMoments.bytesPerPlace))
    let parts = try inParts(dataset, min(threads, room)) { samples in
      let sample = FloatStorage(count: dataset.sampleShape.count)
      var moments = ExactMoments(places: places)
      for index in samples {
        dataset.load(index, into: sample.buffer)
        guard let place = moments.add(sample.buffer.reading) else { continue }
        throw FileError(
          .malformed, dataset.name,
          "sample \(index) holds \(sample.buffer[place].asSpecialWord) at \(place), which has no mean: expected finite numbers"
        )
      }
      return moments
    }
    var all = parts[0]
    for part in parts.dropFirst() { all.add(part) }
    return all.statistics().map { ($0.mean, $0.deviation > 0 ? $0.deviation : 1) }
  }

  private static func countedStatistics(
    _ dataset: any Dataset, _ channels: Int, _ levels: Int, _ threads: Int
  ) throws -> [(mean: Float, deviation: Float)] {
    let parts = try inParts(dataset, threads) { samples in
      let sample = FloatStorage(count: dataset.sampleShape.count)
      let top = Float(levels - 1)
      var counts = [Int](repeating: 0, count: levels * channels)
      counts.withUnsafeMutableBufferPointer { counts in
        for index in samples {
          dataset.load(index, into: sample.buffer)
          var channel = 0
          for pixel in sample.buffer {
            counts[levels * channel + Int((pixel.clamped(to: 0...1) * top).rounded())] += 1
            channel = channel + 1 == channels ? 0 : channel + 1
          }
        }
      }
      return counts
    }
    let counts = parts.dropFirst().reduce(parts[0]) { zip($0, $1).map(+) }
    return (0..<channels).map { statistics(counts[levels * $0..<levels * ($0 + 1)]) }
  }

  /// The mean and the standard deviation, sqrt(E[(x - E[x])²]), of levels that occur `counts` times each.
  private static func statistics(_ counts: ArraySlice<Int>) -> (mean: Float, deviation: Float) {
    let levels = Array(zip(0..<counts.count, counts)).filter { $0.1 > 0 }
    let top = Double(counts.count - 1)
    let count = levels.reduce(0) { $0 + $1.1 }
    // Sums of whole numbers are exact: 2^127 is more than 65535² times the pixels of any data set that fits a disk. Taken
    // around the whole number below the mean, the squares lose nothing in the subtraction either.
    let centre = levels.reduce(0) { $0 + $1.0 * $1.1 } / count
    let sum = levels.reduce(0) { $0 + ($1.0 - centre) * $1.1 }
    let squares = levels.reduce(Int128(0)) { $0 + Int128(($1.0 - centre) * ($1.0 - centre)) * Int128($1.1) }
    let rest = Double(sum) / Double(count)
    let variance = Double(squares) / Double(count) - rest * rest
    let isConstant = levels.contains { $0.1 == count }
    return (
      mean: Float((Double(centre) + rest) / top), deviation: isConstant ? 1 : Float(variance.squareRoot() / top)
    )
  }
}

extension Float {
  fileprivate func clamped(to range: ClosedRange<Float>) -> Float { max(range.lowerBound, min(range.upperBound, self)) }
}
