/// Resampling in which a new pixel is the mean of the area that it covers, with the pixels at its edges counting by the
/// share of them that lies inside.
///
/// For 8 bits it is libgd's `gdImageCopyResampled` on opaque images, in the same order of the same float operations, so
/// that runs on resized images stay what they were; a mean is cut off to a whole level. 16 bits take the same areas in
/// doubles, to the nearest level.
struct AreaMean {
  /// What a new row or column takes from an old one.
  private typealias Part = (index: Int, share: Float)

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
      let start = Float(index) * Float(source) / Float(target)
      let end = Float(index + 1) * Float(source) / Float(target)
      var parts: [Part] = []
      var place = start
      repeat {
        let share: Float
        if place.rounded(.down) == start.rounded(.down) {
          share = min(1 - (place - place.rounded(.down)), end - start)
          place = place.rounded(.down)
        } else if place == end.rounded(.down) {
          share = end - end.rounded(.down)
        } else {
          share = 1
        }
        // Rounding may leave the end of the last pixel a trace behind the last.
        parts.append((min(Int(place), source - 1), share))
        place += 1
      } while place < end
      return parts
    }
  }

  /// Resamples a picture of `channels` channels.
  func resample<Sample: PictureSample>(_ source: [Sample], channels: Int) -> [Sample] {
    var target = [Sample](repeating: 0, count: rows.count * columns.count * channels)
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        var next = 0
        for row in rows {
          for column in columns {
            for channel in 0..<channels {
              let mean =
                Sample.self == UInt8.self
                ? Double(mean8(source, row, column, channel, channels))
                : mean16(source, row, column, channel, channels)
              target[next] = Sample(min(mean, Double(Sample.max)))
              next += 1
            }
          }
        }
      }
    }
    return target
  }

  /// With libgd's weights, 127 for an opaque pixel, which are divided out in the end.
  private func mean8<Sample: PictureSample>(
    _ source: UnsafeBufferPointer<Sample>, _ row: [Part], _ column: [Part], _ channel: Int, _ channels: Int
  ) -> Float {
    var (sum, weights, area) = (Float(0), Float(0), Float(0))
    for (y, yShare) in row {
      let start = y * sourceWidth
      for (x, xShare) in column {
        let share = xShare * yShare
        let weight = 127 * share
        sum += Float(source[(start + x) * channels + channel]) * weight
        weights += weight
        area += share
      }
    }
    return sum / area / (weights / area)
  }

  private func mean16<Sample: PictureSample>(
    _ source: UnsafeBufferPointer<Sample>, _ row: [Part], _ column: [Part], _ channel: Int, _ channels: Int
  ) -> Double {
    var (sum, area) = (0.0, 0.0)
    for (y, yShare) in row {
      let start = y * sourceWidth
      for (x, xShare) in column {
        let share = Double(xShare) * Double(yShare)
        sum += Double(source[(start + x) * channels + channel]) * share
        area += share
      }
    }
    return (sum / area).rounded()
  }
}
