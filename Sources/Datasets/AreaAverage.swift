/// Resizes images of bytes: each new pixel is the mean of the area of the old image that it covers. Every step is integer
/// arithmetic, so the bytes are the same on every machine.
struct AreaAverage {
  /// How much of old pixel `first + i` a new pixel covers is `weights[i]`; the weights of one add up to the old extent.
  private struct Cover {
    let first: Int
    let weights: [Int]
  }

  private let rows: [Cover]
  private let columns: [Cover]
  private let oldWidth: Int
  private let oldHeight: Int
  private let channels: Int

  /// Resizes from (height, width) to (height, width), all at least 1 and at most 2^26.
  init(from old: (height: Int, width: Int), to new: (height: Int, width: Int), channels: Int) {
    rows = Self.covers(from: old.height, to: new.height)
    columns = Self.covers(from: old.width, to: new.width)
    (oldHeight, oldWidth) = (old.height, old.width)
    self.channels = channels
  }

  /// Reads (old height, old width, channels), writes (new height, new width, channels).
  func resize(_ source: UnsafeMutableBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>) {
    precondition(
      source.count == oldHeight * oldWidth * channels && target.count == rows.count * columns.count * channels,
      "the images are not those to resize")
    let area = oldHeight * oldWidth  // at most 2^26, so no sum exceeds 2^34
    var next = 0
    for row in rows {
      for column in columns {
        for channel in 0..<channels {
          var sum = area / 2  // rounds to nearest
          for (y, height) in row.weights.enumerated() {
            var place = ((row.first + y) * oldWidth + column.first) * channels + channel
            var line = 0
            for width in column.weights {
              line += width * Int(source[place])
              place += channels
            }
            sum += height * line
          }
          target[next] = UInt8(sum / area)
          next += 1
        }
      }
    }
  }

  /// On an axis that is `old * new` long, an old pixel is `new` long and a new one `old`.
  private static func covers(from old: Int, to new: Int) -> [Cover] {
    (0..<new).map { index in
      let (start, end) = (index * old, (index + 1) * old)
      let first = start / new
      let last = (end - 1) / new
      return Cover(
        first: first, weights: (first...last).map { min(end, ($0 + 1) * new) - max(start, $0 * new) })
    }
  }
}
