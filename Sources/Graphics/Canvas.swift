internal import CGD

/// A picture of libgd's, which was decoded or is drawn.
package final class Canvas {
  /// What it can be decoded from.
  package enum Format {
    /// GIF, of an animation the first picture.
    case gif
    /// BMP.
    case bmp
  }

  /// Why a file cannot be decoded.
  package struct Damaged: Error {
    /// libgd's words; nil where it has none.
    package let complaint: String?
  }

  private let image: gdImagePtr

  /// The height and width of a letter, and the font that has them: libgd's own, so that no machine lacks it.
  package static let letter = (height: 13, width: 6)
  private static var font: gdFontPtr? { gdFontGetSmall() }

  private static let keepComplaints: Void = cnn_gd_keep_complaints()

  /// Decodes the bytes of a file.
  ///
  /// - Throws: `Damaged` when the file is damaged or cut short; a warning is reason enough.
  package init(decoding bytes: UnsafeRawBufferPointer, as format: Format) throws(Damaged) {
    _ = Self.keepComplaints
    cnn_gd_forget_complaint()
    // libgd's sizes have 32 bits; a larger file is none that it could decode.
    guard let size = Int32(exactly: bytes.count) else { throw Damaged(complaint: nil) }
    let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    let image = format == .gif ? gdImageCreateFromGifPtr(size, start) : gdImageCreateFromBmpPtr(size, start)
    let complaint = String(cString: cnn_gd_complaint()).split(separator: "\n").first
    guard let image, complaint == nil else {
      if let image { gdImageDestroy(image) }
      throw Damaged(complaint: complaint.map(String.init))
    }
    self.image = image
  }

  /// A white picture; nil where there is no memory for it.
  package init?(height: Int, width: Int) {
    guard let image = gdImageCreateTrueColor(Int32(width), Int32(height)) else { return nil }
    self.image = image
    fill(y: 0, x: 0, height: height, width: width, colour: 0xFFFFFF)
  }

  deinit { gdImageDestroy(image) }

  /// In pixels.
  package var height: Int { Int(image.pointee.sy) }
  /// In pixels.
  package var width: Int { Int(image.pointee.sx) }

  /// Writes red, green, blue and alpha of each pixel of a row to `target`, which has room for them. The alpha is 0 or 255:
  /// there is nothing between in the formats that are decoded.
  package func write(row: Int, to target: UnsafeMutableBufferPointer<UInt8>) {
    precondition(target.count == 4 * width, "\(target.count) bytes are no row of \(width) pixels")
    for column in 0..<width {
      let colour = gdImageGetTrueColorPixel(image, Int32(column), Int32(row))
      target[4 * column] = UInt8(colour >> 16 & 0xFF)
      target[4 * column + 1] = UInt8(colour >> 8 & 0xFF)
      target[4 * column + 2] = UInt8(colour & 0xFF)
      target[4 * column + 3] = colour >> 24 == gdAlphaTransparent ? 0 : 255
    }
  }

  // MARK: - Drawing

  /// Fills a rectangle with its upper left pixel at (`y`, `x`) with the colour 0xRRGGBB.
  package func fill(y: Int, x: Int, height: Int, width: Int, colour: Int) {
    gdImageFilledRectangle(
      image, Int32(x), Int32(y), Int32(x + width - 1), Int32(y + height - 1), Int32(colour))
  }

  /// Writes a line of text in black, with its upper left corner at (`y`, `x`). The font has ASCII; `?` stands for all else.
  package func write(_ text: String, y: Int, x: Int) {
    for (place, letter) in text.enumerated() {
      gdImageChar(
        image, Self.font, Int32(x + place * Self.letter.width), Int32(y), Int32(letter.asciiValue ?? 63), 0)
    }
  }

  /// The bytes of a JPEG file, of a quality from 0 to 100; none where there is no memory for them.
  package func jpeg(quality: Int) -> [UInt8] {
    var count: Int32 = 0
    guard let start = gdImageJpegPtr(image, &count, Int32(quality)) else { return [] }
    defer { gdFree(start) }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }

  /// The bytes of a PNG file; none where there is no memory for them.
  package func png() -> [UInt8] {
    var count: Int32 = 0
    guard let start = gdImagePngPtr(image, &count) else { return [] }
    defer { gdFree(start) }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }
}
