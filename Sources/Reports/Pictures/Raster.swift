import Datasets
import Tensors

/// A picture to look at: bytes of red, green and blue, rows from the top.
package struct Raster: Equatable, Sendable {
  package let height: Int
  package let width: Int
  /// `height` · `width` · 3 of them.
  package let bytes: [UInt8]

  package init(height: Int, width: Int, bytes: [UInt8]) {
    precondition(bytes.count == 3 * height * width, "\(bytes.count) bytes are no picture of \(height)×\(width)")
    (self.height, self.width, self.bytes) = (height, width, bytes)
  }

  /// Draws a sample of (height, width, channels), or the middle slice of one of (depth, height, width, channels): three channels
  /// are red, green and blue, and of any other number the first is grey.
  ///
  /// - Parameters:
  ///   - numbers: the sample.
  ///   - range: what is black and what is white; what is no number is black.
  package init?(_ numbers: FloatBuffer, of shape: Shape, range: ClosedRange<Float>) {
    guard shape.rank == 3 || shape.rank == 4 else { return nil }
    let extents = shape.dimensions.suffix(3).map { $0 }
    let (height, width, channels) = (extents[0], extents[1], extents[2])
    let start = shape.rank == 4 ? shape[0] / 2 * height * width * channels : 0
    let scale = 255 / max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * height * width)
    for pixel in 0..<height * width {
      for colour in 0..<3 {
        let light = (numbers[start + pixel * channels + (channels == 3 ? colour : 0)] - range.lowerBound) * scale
        bytes.append(light.isNaN ? 0 : UInt8(min(max(light, 0), 255).rounded()))
      }
    }
    self.init(height: height, width: width, bytes: bytes)
  }

  /// The same in other extents: each pixel is the mean of what it covers.
  func resized(height: Int, width: Int) -> Raster {
    guard (height, width) != (self.height, self.width) else { return self }
    let means = AreaMean.resampled(bytes, channels: 3, from: (self.height, self.width), to: (height, width))
    return Raster(height: height, width: width, bytes: means)
  }

  /// The largest extents of the same proportions that fit into a square of `side`, at least 1.
  func extents(within side: Int) -> (height: Int, width: Int) {
    let longest = max(height, width)
    return (max(1, height * side / longest), max(1, width * side / longest))
  }

  /// The colour of a pixel, 0xRRGGBB.
  package func colour(_ y: Int, _ x: Int) -> Int {
    let start = 3 * (y * width + x)
    return Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
  }
}
