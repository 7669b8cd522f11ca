import Files

/// BMP, read here: libgd takes the palettes of newer headers, rows of 1 bit and the white of 16 bits for something else, and
/// Debian has no other library for it.
struct BMPFile {
  private let bytes: UnsafeRawBufferPointer
  private let (height, width): (Int, Int)
  /// Whether the first stored row is the picture's last.
  private let isUpsideDown: Bool
  /// How many bits a pixel has.
  private let depth: Int
  private let coding: Coding
  /// Where red, green, blue and alpha lie in a pixel that has no palette.
  private let masks: [UInt32]
  /// The colours, each 0xRRGGBB.
  private let palette: [UInt32]
  /// Where the pixels begin.
  private let start: Int

  private enum Coding {
    /// Rows of pixels, each filled up to four bytes.
    case rows
    /// Runs of one pixel, of 8 or 4 bits, with jumps between them.
    case runs
  }

  /// Reads the two headers: the file's, of 14 bytes, and one whose size tells its version. In that of 12 bytes a side has 16
  /// bits, in the others 32 and a sign, which is negative for the height of a picture that begins with its first row.
  ///
  /// Nil where the file ends within them, or is of a kind that is none of Windows's.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.littleEndian(at: 10, bytes: 4), let size = bytes.littleEndian(at: 14, bytes: 4) else {
      return nil
    }
    self.bytes = bytes
    self.start = start
    var (compression, colours) = (0, 0)
    if size == 12 {
      guard let width = bytes.littleEndian(at: 18, bytes: 2), let height = bytes.littleEndian(at: 20, bytes: 2),
        let depth = bytes.littleEndian(at: 24, bytes: 2)
      else { return nil }
      (self.width, self.height, self.depth) = (width, height, depth)
      isUpsideDown = true
    } else {
      guard let width = bytes.littleEndian(at: 18, bytes: 4), let height = bytes.littleEndian(at: 22, bytes: 4),
        let depth = bytes.littleEndian(at: 28, bytes: 2), let kind = bytes.littleEndian(at: 30, bytes: 4),
        let count = bytes.littleEndian(at: 46, bytes: 4), size >= 40
      else { return nil }
      let signed = Int(Int32(truncatingIfNeeded: height))
      (self.width, self.height, self.depth) = (width, abs(signed), depth)
      isUpsideDown = signed > 0
      (compression, colours) = (kind, count)
    }

    var masks: [UInt32] = depth == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0xFF_0000, 0xFF00, 0xFF, 0]
    switch (compression, depth) {
    case (0, 1), (0, 4), (0, 8), (0, 16), (0, 24), (0, 32): coding = .rows
    case (1, 8), (2, 4): coding = .runs
    case (3, 16), (3, 32), (6, 16), (6, 32):
      coding = .rows
      // Behind the 40 bytes that all versions share; the fourth came later.
      for index in 0..<(size >= 56 || compression == 6 ? 4 : 3) {
        guard let mask = bytes.littleEndian(at: 54 + 4 * index, bytes: 4) else { return nil }
        masks[index] = UInt32(mask)
      }
    default: return nil
    }
    self.masks = masks

    var palette: [UInt32] = []
    if depth <= 8 {
      let (first, step, most) = (14 + size, size == 12 ? 3 : 4, 1 << depth)
      for index in 0..<(colours == 0 ? most : min(colours, most)) {
        guard let colour = bytes.littleEndian(at: first + step * index, bytes: 3) else { return nil }
        palette.append(UInt32(colour))
      }
    }
    self.palette = palette
  }

  /// What the headers say.
  static func header(_ bytes: UnsafeRawBufferPointer) -> ImageHeader? {
    BMPFile(bytes).map { ImageHeader(.bmp, height: $0.height, width: $0.width) }
  }

  /// Decodes to red, green, blue and alpha.
  ///
  /// - Throws: `FileError`, malformed, when the file is cut short.
  static func decode(_ bytes: UnsafeRawBufferPointer, of file: ImageFile) throws(FileError) -> Picture<UInt8> {
    guard let bitmap = BMPFile(bytes) else { throw file.damaged(nil) }
    return try Picture(height: bitmap.height, width: bitmap.width, channels: 4) { samples throws(FileError) in
      let isWhole =
        switch bitmap.coding {
        case .rows: bitmap.readRows(into: &samples)
        case .runs: bitmap.readRuns(into: &samples)
        }
      guard isWhole else { throw file.damaged(nil) }
    }
  }

  /// False where the file ends before the last pixel.
  private func readRows(into samples: inout [UInt8]) -> Bool {
    let rowSize = (width * depth + 31) / 32 * 4
    guard start + (height - 1) * rowSize + (width * depth + 7) / 8 <= bytes.count else { return false }
    let fields = masks.map(Field.init)
    for row in 0..<height {
      for column in 0..<width {
        let bit = column * depth
        let place = start + row * rowSize + bit / 8
        if depth <= 8 {
          put(Int(bytes[place]) >> (8 - depth - bit % 8) & (1 << depth - 1), row, column, &samples)
        } else {
          let pixel = (0..<depth / 8).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
          let target = 4 * (shown(row) * width + column)
          for channel in 0..<3 { samples[target + channel] = fields[channel].value(in: pixel) }
          samples[target + 3] = masks[3] == 0 ? 255 : fields[3].value(in: pixel)
        }
      }
    }
    return true
  }

  /// A count and a pixel; or 0 and what to do: 0 ends the row and 1 the picture, 2 is followed by columns and rows to pass
  /// over, and a higher number of pixels follows as they are, filled up to two bytes. Two pixels of 4 bits take turns in a
  /// run. What is passed over has the first colour.
  ///
  /// False where the file ends before the picture does.
  private func readRuns(into samples: inout [UInt8]) -> Bool {
    for row in 0..<height {
      for column in 0..<width { put(0, row, column, &samples) }
    }
    var (row, column, place) = (0, 0, start)
    while place + 1 < bytes.count {
      let (count, value) = (Int(bytes[place]), Int(bytes[place + 1]))
      place += 2
      switch (count, value) {
      case (0, 0): (row, column) = (row + 1, 0)
      case (0, 1): return true
      case (0, 2):
        guard place + 1 < bytes.count else { return false }
        (row, column) = (row + Int(bytes[place + 1]), column + Int(bytes[place]))
        place += 2
      case (0, let count):
        let size = (count * depth + 7) / 8
        guard place + size <= bytes.count else { return false }
        for index in 0..<count {
          let byte = Int(bytes[place + index * depth / 8])
          put(depth == 8 ? byte : byte >> (index % 2 == 0 ? 4 : 0) & 0xF, row, column + index, &samples)
        }
        column += count
        place += (size + 1) / 2 * 2
      default:
        for index in 0..<count {
          put(depth == 8 ? value : value >> (index % 2 == 0 ? 4 : 0) & 0xF, row, column + index, &samples)
        }
        column += count
      }
    }
    return row >= height || (row == height - 1 && column >= width)
  }

  /// Writes a colour of the palette, black where there is none; nothing outside of the picture.
  private func put(_ index: Int, _ row: Int, _ column: Int, _ samples: inout [UInt8]) {
    guard row < height, column < width else { return }
    let colour = index < palette.count ? palette[index] : 0
    let target = 4 * (shown(row) * width + column)
    samples[target] = UInt8(colour >> 16 & 0xFF)
    samples[target + 1] = UInt8(colour >> 8 & 0xFF)
    samples[target + 2] = UInt8(colour & 0xFF)
    samples[target + 3] = 255
  }

  private func shown(_ row: Int) -> Int { isUpsideDown ? height - 1 - row : row }

  /// Some bits of a pixel, as a share of 255 that is cut off to a whole number.
  private struct Field {
    private let mask: UInt32
    private let shift: Int
    private let full: UInt64

    init(_ mask: UInt32) {
      self.mask = mask
      shift = mask == 0 ? 0 : mask.trailingZeroBitCount
      full = UInt64(max(1, mask >> UInt32(shift)))
    }

    func value(in pixel: UInt32) -> UInt8 {
      UInt8(truncatingIfNeeded: UInt64((pixel & mask) >> UInt32(shift)) * 255 / full)
    }
  }
}
