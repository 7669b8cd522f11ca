import CGD
import Datasets
import Files
import FoundationEssentials
import Tensors

/// Files of images that tests make.
public enum Images {
  /// How an image is coded.
  public enum Format: String, Sendable {
    /// Without loss.
    case png
    /// With as little loss as there can be.
    case jpg
  }

  /// Codes an image of `height`×`width` whose pixel (y, x) has the colour `colour(y, x)`, 0xRRGGBB.
  public static func bytes(
    _ format: Format, height: Int, width: Int, colour: (_ y: Int, _ x: Int) -> Int
  ) -> [UInt8] {
    guard let image = gdImageCreateTrueColor(Int32(width), Int32(height)) else { return [] }
    defer { gdImageDestroy(image) }
    for y in 0..<height {
      for x in 0..<width { gdImageSetPixel(image, Int32(x), Int32(y), Int32(colour(y, x))) }
    }
    var count: Int32 = 0
    let start = format == .png ? gdImagePngPtr(image, &count) : gdImageJpegPtr(image, &count, 100)
    defer { gdFree(start) }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }

  /// What libgd makes of an image that `bytes` made, resampled to `height`×`width`: bytes of red, green and blue.
  public static func resampled(_ png: [UInt8], height: Int, width: Int) -> [Int] {
    var png = png
    guard let image = gdImageCreateFromPngPtr(Int32(png.count), &png),
      let resized = gdImageCreateTrueColor(Int32(width), Int32(height))
    else { return [] }
    defer {
      gdImageDestroy(image)
      gdImageDestroy(resized)
    }
    gdImageCopyResampled(
      resized, image, 0, 0, 0, 0, Int32(width), Int32(height), image.pointee.sx, image.pointee.sy)
    return (0..<height).flatMap { y in
      (0..<width).flatMap { x in
        let colour = Int(gdImageGetTrueColorPixel(resized, Int32(x), Int32(y)))
        return [colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF]
      }
    }
  }

  /// Writes `bytes` to `path`, and makes the folders on the way.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Writes samples of a colour data set as `folder/CLASS/NUMBER.png`.
  public static func write(_ samples: Range<Int>, of dataset: any Dataset, to folder: String) throws {
    let (height, width) = (dataset.sampleShape[0], dataset.sampleShape[1])
    let pixels = FloatStorage(count: dataset.sampleShape.count)
    for sample in samples {
      dataset.load(sample, into: pixels.buffer)
      let bytes = bytes(.png, height: height, width: width) { y, x in
        (0..<3).reduce(0) { $0 << 8 | Int((pixels.buffer[(y * width + x) * 3 + $1] * 255).rounded()) }
      }
      let name = String(1_000_000 + sample).dropFirst()
      try write(bytes, to: "\(folder)/\(dataset.classNames[dataset.label(of: sample)])/\(name).png")
    }
  }
}
