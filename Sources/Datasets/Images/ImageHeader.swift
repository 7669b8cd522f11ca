import Files

/// What the first bytes of a PNG or JPEG file say of it. They are read before the file is decoded, so that no file can ask
/// for more memory than it should.
struct ImageHeader: Equatable {
  /// How the file is coded.
  enum Format: String {
    case png = "PNG"
    case jpeg = "JPEG"
  }

  let format: Format
  /// In pixels.
  let (height, width): (Int, Int)
  /// Whether the image has neither colours nor a palette.
  let isGrey: Bool

  /// 2^26 pixels: libgd takes four bytes for each.
  static let pixelLimit = 1 << 26

  /// Reads the header of the file at `path`.
  ///
  /// - Throws: `FileError`, malformed, for what is neither PNG nor JPEG, is cut short within its header, or has more than
  ///   2^26 pixels.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = try Self.png(bytes, path)
    } else if bytes.starts(with: [0xFF, 0xD8]) {
      self = try Self.jpeg(bytes, path)
    } else {
      let start = bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
      throw FileError(
        .malformed, path, offset: 0,
        "is neither PNG nor JPEG: \(start.isEmpty ? "it is empty" : "it starts with \(start)")")
    }
    guard height > 0, width > 0, height <= Self.pixelLimit / width else {
      throw FileError(
        .malformed, path, "has \(height)×\(width) pixels, expected 1 to \(Self.pixelLimit) of them in all")
    }
  }

  private init(_ format: Format, height: Int, width: Int, isGrey: Bool) {
    self.format = format
    (self.height, self.width) = (height, width)
    self.isGrey = isGrey
  }

  /// The signature is followed by the chunk IHDR: length, name, width, height, depth, colour type.
  private static func png(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(FileError) -> ImageHeader {
    guard bytes.count >= 26 else { throw cutShort(bytes, path) }
    let (width, height) = (integer(bytes, at: 16, bytes: 4), integer(bytes, at: 20, bytes: 4))
    return ImageHeader(.png, height: height, width: width, isGrey: bytes[25] & 0b11 == 0)
  }

  /// Segments follow one another, each with its marker and length; the frame's has precision, height, width and the number
  /// of colour components.
  private static func jpeg(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(FileError) -> ImageHeader {
    var offset = 2
    while offset + 4 <= bytes.count {
      guard bytes[offset] == 0xFF else { break }
      let marker = bytes[offset + 1]
      if marker == 0xFF {  // filling
        offset += 1
        continue
      }
      let isFrame = 0xC0...0xCF ~= marker && ![0xC4, 0xC8, 0xCC].contains(marker)
      if isFrame {
        guard offset + 10 <= bytes.count else { break }
        let (height, width) = (integer(bytes, at: offset + 5, bytes: 2), integer(bytes, at: offset + 7, bytes: 2))
        return ImageHeader(.jpeg, height: height, width: width, isGrey: bytes[offset + 9] == 1)
      }
      offset += 2 + integer(bytes, at: offset + 2, bytes: 2)
    }
    throw cutShort(bytes, path)
  }

  private static func cutShort(_ bytes: UnsafeRawBufferPointer, _ path: String) -> FileError {
    FileError(.malformed, path, "has \(bytes.count) bytes without the size of its image: it is damaged or cut short")
  }

  /// The highest byte first.
  private static func integer(_ bytes: UnsafeRawBufferPointer, at offset: Int, bytes count: Int) -> Int {
    (0..<count).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
  }
}
