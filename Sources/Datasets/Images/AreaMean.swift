/// Resampling in which a new pixel is the mean of the area that it covers, with the pixels at its edges counting by the
/// share of them that lies inside, to the nearest level.
///
/// For 8 bits it is the `gdImageCopyResampled` of libgd 2.3.3 on opaque images, with the same float operations in the same
/// order, so that runs on resized images stay what they were. 16 bits take the same areas in doubles.
package struct AreaMean<Sample: PictureSample> {
  /// What a new row or column takes from an old one.
  private typealias Part = (index: Int, share: Sample.Mean)

  private let sourceWidth: Int
  private let rows: [[Part]]
  private let columns: [[Part]]

  /// Prepares for pictures of one (height, width) that become another.
  init(from source: (height: Int, width: Int), to target: (height: Int, width: Int)) {
    sourceWidth = source.width
    rows = Self.parts(from: source.height, to: target.height)
    columns = Self.parts(from: source.width, to: target.width)
  }

  /// Which of `source` pixels in a line each of `target` pixels covers.
  private static func parts(from source: Int, to target: Int) -> [[Part]] {
    (0..<target).map { index in
      let start = Sample.Mean(index) * Sample.Mean(source) / Sample.Mean(target)
      let end = Sample.Mean(index + 1) * Sample.Mean(source) / Sample.Mean(target)
      var place = start.rounded(.down)
      var parts = [(Int(place), min(1 - (start - place), end - start))]
      place += 1
      while place < end {
        let share = place == end.rounded(.down) ? end - place : 1
        // Rounding may leave the end of the last pixel a trace behind the line's.
        parts.append((min(Int(place), source - 1), share))
        place += 1
      }
      return parts
    }
  }

  /// Resamples a picture of 1 or 3 channels.
  func resample(_ source: [Sample], channels: Int) -> [Sample] {
    precondition(channels == 1 || channels == 3, "\(channels) channels are neither grey nor colours")
    var target = [Sample](repeating: 0, count: rows.count * columns.count * channels)
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        var next = 0
        for row in rows {
          for column in columns {
            let means = channels == 1 ? means1(source, row, column) : means3(source, row, column)
            for channel in 0..<channels { target[next + channel] = Self.nearest(means[channel]) }
            next += channels
          }
        }
      }
    }
    return target
  }

  private func means1(_ source: UnsafeBufferPointer<Sample>, _ row: [Part], _ column: [Part]) -> SIMD4<Sample.Mean> {
    mean(row, column) { pixel in SIMD4(Sample.Mean(source[pixel]), 0, 0, 0) }
  }

  private func means3(_ source: UnsafeBufferPointer<Sample>, _ row: [Part], _ column: [Part]) -> SIMD4<Sample.Mean> {
    mean(row, column) { pixel in
      let start = 3 * pixel
      return SIMD4(
        Sample.Mean(source[start]), Sample.Mean(source[start + 1]), Sample.Mean(source[start + 2]), 0)
    }
  }

  /// The mean of `colour` over an area. libgd weighs an opaque pixel by 127, and divides that out in the end.
  @inline(__always)
  private func mean(
    _ row: [Part], _ column: [Part], of colour: (_ pixel: Int) -> SIMD4<Sample.Mean>
  ) -> SIMD4<Sample.Mean> {
    var sum = SIMD4<Sample.Mean>()
    var (weights, area) = (Sample.Mean(0), Sample.Mean(0))
    for (y, yShare) in row {
      for (x, xShare) in column {
        let share = xShare * yShare
        let weight = 127 * share
        sum += colour(y * sourceWidth + x) * weight
        weights += weight
        area += share
      }
    }
    return sum / area / (weights / area)
  }

  private static func nearest(_ mean: Sample.Mean) -> Sample {
    let full = Sample.Mean(Sample.max)
    return mean >= full ? Sample.max : Sample(mean + 0.5)
  }
}

extension AreaMean<UInt8> {
  /// Resamples a picture of 1 or 3 channels, for targets above: what is generic is slow outside of its own.
  package static func resampled(
    _ source: [UInt8], channels: Int, from old: (height: Int, width: Int), to new: (height: Int, width: Int)
  ) -> [UInt8] {
    AreaMean(from: old, to: new).resample(source, channels: channels)
  }
}
