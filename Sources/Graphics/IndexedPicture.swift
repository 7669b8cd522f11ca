internal import CGD

/// A picture whose pixels are numbers below 256, each with a colour of its own.
package struct IndexedPicture {
  private let (height, width): (Int, Int)
  private let pixels: [UInt8]
  private let colours: Int

  /// Takes pixels row by row, all below `colours`.
  package init(height: Int, width: Int, _ pixels: [UInt8], colours: Int) {
    precondition(pixels.count == height * width && colours <= 256, "\(pixels.count) pixels are no \(height)×\(width)")
    precondition(pixels.allSatisfy { $0 < colours }, "a pixel is none of \(colours) colours")
    (self.height, self.width, self.pixels, self.colours) = (height, width, pixels, colours)
  }

  /// The colour of a number: black for 0, then those of the Pascal VOC challenge (Everingham et al. 2010), whose bits are spread
  /// over red, green and blue from the highest down, so that neighbours differ.
  package static func colour(_ number: Int) -> (red: Int, green: Int, blue: Int) {
    var colour = (red: 0, green: 0, blue: 0)
    for bit in 0..<3 {
      let rest = number >> (3 * bit)
      colour.red |= (rest & 1) << (7 - bit)
      colour.green |= (rest >> 1 & 1) << (7 - bit)
      colour.blue |= (rest >> 2 & 1) << (7 - bit)
    }
    return colour
  }

  /// The bytes of a PNG file with a palette; none where there is no memory for them.
  package func png() -> [UInt8] {
    guard let image = gdImageCreate(Int32(width), Int32(height)) else { return [] }
    defer { gdImageDestroy(image) }
    for number in 0..<colours {
      let colour = Self.colour(number)
      gdImageColorAllocate(image, Int32(colour.red), Int32(colour.green), Int32(colour.blue))
    }
    for row in 0..<height {
      for column in 0..<width {
        gdImageSetPixel(image, Int32(column), Int32(row), Int32(pixels[row * width + column]))
      }
    }
    var count: Int32 = 0
    guard let start = gdImagePngPtr(image, &count) else { return [] }
    defer { gdFree(start) }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }
}
