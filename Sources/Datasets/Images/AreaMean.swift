/// Resampling in which a new pixel is the mean of the area that it covers, with the pixels at its edges counting by the
/// share of them that lies inside, to the nearest level.
///
/// For 8 bits it is the `gdImageCopyResampled` of libgd 2.3.3 on opaque images, with the same float operations in the same
/// order, so that runs on resized images stay what they were. 16 bits take the same areas in doubles.
package struct AreaMean<Sample: PictureSample> {
  /// What the new rows, or the new columns, take from the old ones.
  private struct Parts {
    /// Where the parts of each new line begin among all, and behind the last where they end.
    var starts: [Int] = [0]
    /// Which old line a part is of.
    var lines: [Int] = []
    /// How much of it.
    var shares: [Sample.Mean] = []

    /// Which of `source` lines each of `target` lines covers.
    init(from source: Int, to target: Int) {
      for index in 0..<target {
        let start = Sample.Mean(index) * Sample.Mean(source) / Sample.Mean(target)
        let end = Sample.Mean(index + 1) * Sample.Mean(source) / Sample.Mean(target)
        var place = start.rounded(.down)
        add(Int(place), min(1 - (start - place), end - start))
        place += 1
        while place < end {
          // Rounding may leave the end of the last pixel a trace behind the line's.
          add(min(Int(place), source - 1), place == end.rounded(.down) ? end - place : 1)
          place += 1
        }
        starts.append(lines.count)
      }
    }

    /// Calls `body` with all three, where nothing is in the way of the loops.
    func withBuffers(
      _ body: (UnsafeBufferPointer<Int>, UnsafeBufferPointer<Int>, UnsafeBufferPointer<Sample.Mean>) -> Void
    ) {
      starts.withUnsafeBufferPointer { starts in
        lines.withUnsafeBufferPointer { lines in
          shares.withUnsafeBufferPointer { shares in body(starts, lines, shares) }
        }
      }
    }

    private mutating func add(_ line: Int, _ share: Sample.Mean) {
      lines.append(line)
      shares.append(share)
    }
  }

  private let sourceWidth: Int
  private let (targetHeight, targetWidth): (Int, Int)
  private let rows: Parts
  private let columns: Parts

  /// Prepares for pictures of one (height, width) that become another.
  init(from source: (height: Int, width: Int), to target: (height: Int, width: Int)) {
    sourceWidth = source.width
    (targetHeight, targetWidth) = target
    rows = Parts(from: source.height, to: target.height)
    columns = Parts(from: source.width, to: target.width)
  }

  /// Resamples a picture of 1 or 3 channels.
  func resample(_ source: [Sample], channels: Int) -> [Sample] {
    precondition(channels == 1 || channels == 3, "\(channels) channels are neither grey nor colours")
    var target = [Sample](repeating: 0, count: targetHeight * targetWidth * channels)
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        channels == 1 ? resampleGrey(source, target) : resampleColours(source, target)
      }
    }
    return target
  }

  private func resampleGrey(_ source: UnsafeBufferPointer<Sample>, _ target: UnsafeMutableBufferPointer<Sample>) {
    forEachMean(of: { pixel in SIMD4(Sample.Mean(source[pixel]), 0, 0, 0) }) { pixel, mean in
      target[pixel] = Sample.whole(mean.x)
    }
  }

  private func resampleColours(_ source: UnsafeBufferPointer<Sample>, _ target: UnsafeMutableBufferPointer<Sample>) {
    let bytes = UnsafeRawBufferPointer(source)
    let stride = 3 * MemoryLayout<Sample>.size
    forEachMean(of: { pixel in
      let offset = pixel * stride
      // The fourth is of the next pixel, and of no interest; behind the last there is none.
      guard offset + stride < bytes.count else {
        let start = 3 * pixel
        return SIMD4(
          Sample.Mean(source[start]), Sample.Mean(source[start + 1]), Sample.Mean(source[start + 2]), 0)
      }
      return SIMD4<Sample.Mean>(bytes.loadUnaligned(fromByteOffset: offset, as: SIMD4<Sample>.self))
    }) { pixel, mean in
      for channel in 0..<3 { target[3 * pixel + channel] = Sample.whole(mean[channel]) }
    }
  }

  /// Calls `body` with each new pixel and the mean of `colour` over its area, half a level above what is cut off to the nearest
  /// one. libgd weighs an opaque pixel by 127, and divides that out in the end.
  @inline(__always)
  private func forEachMean(
    of colour: (_ pixel: Int) -> SIMD4<Sample.Mean>, _ body: (_ pixel: Int, _ mean: SIMD4<Sample.Mean>) -> Void
  ) {
    let full = SIMD4(repeating: Sample.Mean(Sample.max))
    rows.withBuffers { rowStarts, lines, rowShares in
      columns.withBuffers { columnStarts, places, columnShares in
        for row in 0..<targetHeight {
          for column in 0..<targetWidth {
            var sum = SIMD4<Sample.Mean>()
            var (weights, area) = (Sample.Mean(0), Sample.Mean(0))
            for y in rowStarts[row]..<rowStarts[row + 1] {
              let (line, yShare) = (lines[y] &* sourceWidth, rowShares[y])
              for x in columnStarts[column]..<columnStarts[column + 1] {
                let share = columnShares[x] * yShare
                let weight = 127 * share
                sum += colour(line &+ places[x]) * weight
                weights += weight
                area += share
              }
            }
            let mean = sum / area / (weights / area)
            body(row * targetWidth + column, pointwiseMin(mean, full) + 0.5)
          }
        }
      }
    }
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
