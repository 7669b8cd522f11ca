import Tensors

/// Moves and scales each channel so that over the training samples its mean is 0 and its standard deviation 1.
public struct Normalization: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The mean of each channel, of pixels in 0...1.
  public let mean: [Float]
  /// The standard deviation of each channel; 1 for a channel that is the same everywhere.
  public let deviation: [Float]

  /// Takes numbers as they are.
  public init(mean: [Float], deviation: [Float]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Measures all samples of `dataset`; the channels are its last axis.
  ///
  /// Where the data set has levels, each pixel counts as the nearest one, which it is in every data set of images. Levels are
  /// counted in integers, so that no order of adding leaves a trace. Other numbers are added in the samples' order.
  ///
  /// - Throws: what `Dataset.check` throws.
  public init(of dataset: any Dataset) throws {
    let channels = dataset.sampleShape[dataset.sampleShape.rank - 1]
    let sample = FloatStorage(count: dataset.sampleShape.count)
    guard let levels = dataset.levels else {
      try self.init(ofNumbers: dataset, channels, sample.buffer)
      return
    }
    let top = Float(levels - 1)
    var counts = [Int](repeating: 0, count: levels * channels)
    counts.withUnsafeMutableBufferPointer { counts in
      for index in 0..<dataset.count {
        dataset.load(index, into: sample.buffer)
        var channel = 0
        for pixel in sample.buffer {
          counts[levels * channel + Int((pixel.clamped(to: 0...1) * top).rounded())] += 1
          channel = channel + 1 == channels ? 0 : channel + 1
        }
      }
    }
    try dataset.check()
    let statistics = (0..<channels).map { Self.statistics(counts[levels * $0..<levels * ($0 + 1)]) }
    self.init(mean: statistics.map(\.mean), deviation: statistics.map(\.deviation))
  }

  /// Measures numbers of any kind, in two passes: the means, then the squares around them.
  private init(ofNumbers dataset: any Dataset, _ channels: Int, _ sample: MutableFloatBuffer) throws {
    func mean(_ value: (Int, Float) -> Double) -> [Double] {
      var sums = [Double](repeating: 0, count: channels)
      for index in 0..<dataset.count {
        dataset.load(index, into: sample)
        for (place, number) in sample.enumerated() { sums[place % channels] += value(place % channels, number) }
      }
      return sums.map { $0 / Double(dataset.count * sample.count / channels) }
    }
    let means = mean { Double($1) }
    let squares = mean { (Double($1) - means[$0]) * (Double($1) - means[$0]) }
    try dataset.check()
    self.init(
      mean: means.map { Float($0) },
      deviation: squares.map {
        let deviation = Float($0.squareRoot())
        return deviation > 0 ? deviation : 1
      })
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

  /// `mean [0.49, 0.48, 0.45], deviation [0.25, 0.24, 0.26]`.
  public var description: String { "mean \(mean), deviation \(deviation)" }

  /// What makes it impossible for samples of `shape`; nil where it is not.
  public func flaw(for shape: Shape) -> String? {
    guard mean.count == shape[shape.rank - 1], deviation.count == mean.count else {
      return "the normalization is of \(mean.count) channels, but the samples are of \(shape)"
    }
    return nil
  }

  /// Whether every number is finite and every deviation above 0. For files, which anybody may have edited.
  public var isSound: Bool {
    mean.allSatisfy(\.isFinite) && deviation.allSatisfy { $0 > 0 && $0.isFinite } && mean.count == deviation.count
  }

  /// x = (x - mean) / deviation, by channel.
  func apply(to pixels: MutableFloatBuffer) {
    let channels = mean.count
    precondition(pixels.count % channels == 0, "\(pixels.count) floats are not pixels of \(channels) channels")
    mean.withUnsafeBufferPointer { mean in
      deviation.withUnsafeBufferPointer { deviation in
        for start in stride(from: 0, to: pixels.count, by: channels) {
          for channel in 0..<channels {
            pixels[start + channel] = (pixels[start + channel] - mean[channel]) / deviation[channel]
          }
        }
      }
    }
  }
}

extension Float {
  fileprivate func clamped(to range: ClosedRange<Float>) -> Float { max(range.lowerBound, min(range.upperBound, self)) }
}
