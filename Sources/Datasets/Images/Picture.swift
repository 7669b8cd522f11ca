/// A sample of a picture: 8 or 16 bits, of which all ones are full light.
package protocol PictureSample: FixedWidthInteger, UnsignedInteger, SIMDScalar, Codable {
  /// What means of samples are computed in.
  associatedtype Mean: BinaryFloatingPoint & SIMDScalar

  /// The whole part of a mean that a sample can be. The standard library's own conversion is slow where types are not known.
  static func whole(_ mean: Mean) -> Self
}

extension UInt8: PictureSample {
  package static func whole(_ mean: Float) -> UInt8 { UInt8(mean) }
}
extension UInt16: PictureSample {
  package static func whole(_ mean: Double) -> UInt16 { UInt16(mean) }
}

/// A picture as it was decoded: rows from the top, channels last.
struct Picture<Sample: PictureSample> {
  private(set) var (height, width): (Int, Int)
  /// 1 for grey, 3 for red, green and blue, 4 where they have an alpha behind them.
  private(set) var channels: Int
  private(set) var samples: [Sample]

  /// Has `fill` write `height` · `width` · `channels` samples into zeros.
  init<Failure: Error>(
    height: Int, width: Int, channels: Int,
    fill: (inout [Sample]) throws(Failure) -> Void
  ) throws(Failure) {
    (self.height, self.width, self.channels) = (height, width, channels)
    samples = [Sample](repeating: 0, count: height * width * channels)
    try fill(&samples)
  }

  /// Lays a picture that has an alpha over white, as browsers do: each sample is (c · a + full · (full - a)) / full, to the
  /// nearest. One that is grey keeps one channel of the three.
  ///
  /// It comes before resizing, so that a picture has the same colours at any size.
  mutating func layOverWhite(keepingOne isGrey: Bool) {
    guard channels == 4 else { return }
    let (kept, full) = (isGrey ? 1 : 3, UInt64(Sample.max))
    samples.withUnsafeMutableBufferPointer { samples in
      var next = 0
      // The place to write at never overtakes the one to read from.
      for pixel in stride(from: 0, to: samples.count, by: 4) {
        let alpha = UInt64(samples[pixel + 3])
        for channel in 0..<kept {
          let value = samples[pixel + channel]
          // Full is odd, so that no quotient lies halfway.
          samples[next] =
            alpha == full
            ? value : Sample((UInt64(value) * alpha + full * (full - alpha) + full / 2) / full)
          next += 1
        }
      }
    }
    channels = kept
    samples.removeLast(samples.count - height * width * kept)
  }

  /// Turns the stored picture to the one that is shown.
  mutating func turn(_ orientation: Orientation) {
    guard orientation != .upright else { return }
    let (rows, columns) = (height, width)
    if orientation.isTransposed { swap(&height, &width) }
    // Where the first shown pixel is stored, and how far from it the one below and the one to the right.
    let first =
      (orientation.reversesRows ? (rows - 1) * columns : 0) + (orientation.reversesColumns ? columns - 1 : 0)
    let rowStep = orientation.reversesRows ? -columns : columns
    let columnStep = orientation.reversesColumns ? -1 : 1
    let (down, right) = orientation.isTransposed ? (columnStep, rowStep) : (rowStep, columnStep)
    let stored = samples
    stored.withUnsafeBufferPointer { stored in
      samples.withUnsafeMutableBufferPointer { shown in
        var next = 0
        for y in 0..<height {
          for x in 0..<width {
            let pixel = (first + y * down + x * right) * channels
            for channel in 0..<channels { shown[next + channel] = stored[pixel + channel] }
            next += channels
          }
        }
      }
    }
  }

  /// Resamples it to `height`×`width` pixels where it has another size: see `AreaMean`.
  mutating func resize(height: Int, width: Int) {
    guard (height, width) != (self.height, self.width) else { return }
    samples = AreaMean<Sample>(from: (self.height, self.width), to: (height, width)).resample(
      samples, channels: channels)
    (self.height, self.width) = (height, width)
  }

  /// Writes it with one channel or three, in as many bits as `target` has: 8 bits become 16 by v · 257, which is the same
  /// share of full light. Colours become grey by 0.299 red + 0.587 green + 0.114 blue, as in ITU-R BT.601.
  func write<Stored: PictureSample>(channels: Int, to target: UnsafeMutableBufferPointer<Stored>) {
    precondition(target.count == height * width * channels, "the picture does not fill its place")
    precondition(Stored.bitWidth >= Sample.bitWidth, "a sample's depth would be lost")
    if self.channels == channels && Stored.self == Sample.self {
      _ = target.withMemoryRebound(to: Sample.self) { $0.update(fromContentsOf: samples) }
      return
    }
    let scale = Stored.max / Stored(Sample.max)
    samples.withUnsafeBufferPointer { samples in
      for pixel in 0..<height * width {
        switch (self.channels, channels) {
        case (3, 1):
          let start = 3 * pixel
          let (red, green, blue) = (Int(samples[start]), Int(samples[start + 1]), Int(samples[start + 2]))
          target[pixel] = Stored((299 * red + 587 * green + 114 * blue + 500) / 1000) * scale
        case (1, 3): for channel in 0..<3 { target[3 * pixel + channel] = Stored(samples[pixel]) * scale }
        default:
          for index in channels * pixel..<channels * (pixel + 1) { target[index] = Stored(samples[index]) * scale }
        }
      }
    }
  }
}
