import CGD

/// A picture that is drawn with libgd, and becomes a PNG file.
final class Drawing {
  private let image: gdImagePtr
  let width: Int
  let height: Int

  /// The height and width of a letter, and the font that has them: libgd's own, so that no machine lacks it.
  static let letter = (height: 13, width: 6)
  private static var font: gdFontPtr? { gdFontGetSmall() }

  /// A white picture; nil where there is no memory for it.
  init?(height: Int, width: Int) {
    guard let image = gdImageCreateTrueColor(Int32(width), Int32(height)) else { return nil }
    (self.image, self.width, self.height) = (image, width, height)
    gdImageFilledRectangle(image, 0, 0, Int32(width - 1), Int32(height - 1), 0xFFFFFF)
  }

  deinit { gdImageDestroy(image) }

  /// Draws a picture with its first pixel at (`y`, `x`), each of its pixels `scale` pixels high and wide.
  func draw(_ picture: Raster, y: Int, x: Int, scale: Int) {
    for row in 0..<picture.height * scale {
      for column in 0..<picture.width * scale {
        gdImageSetPixel(
          image, Int32(x + column), Int32(y + row), Int32(picture.colour(row / scale, column / scale)))
      }
    }
  }

  /// Draws a curve with its first column at `x` and its first row at `y`.
  func draw(_ curve: Curve, y: Int, x: Int, colour: Int) {
    for (column, covered) in curve.columns.enumerated() {
      guard let covered else { continue }
      gdImageLine(
        image, Int32(x + column), Int32(y + covered.lowerBound), Int32(x + column), Int32(y + covered.upperBound),
        Int32(colour))
    }
  }

  /// Writes a line of text in black, with its upper left corner at (`y`, `x`). The font has ASCII; `?` stands for all else.
  func write(_ text: String, y: Int, x: Int) {
    for (place, letter) in text.enumerated() {
      gdImageChar(
        image, Self.font, Int32(x + place * Self.letter.width), Int32(y), Int32(letter.asciiValue ?? 63), 0)
    }
  }

  /// The bytes of a PNG file; none where there is no memory for them.
  func png() -> [UInt8] {
    var count: Int32 = 0
    guard let start = gdImagePngPtr(image, &count) else { return [] }
    defer { gdFree(start) }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }
}
