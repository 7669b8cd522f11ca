import Files

/// What a picture's file says of itself before it is decoded, so that no file can ask for more memory than it should.
struct ImageHeader: Equatable, Sendable {
  /// How the file is coded. Its first bytes decide, not its name.
  enum Format: String, CaseIterable {
    case png = "PNG"
    case jpeg = "JPEG"
    case gif = "GIF"
    case bmp = "BMP"
    case webp = "WebP"
  }

  let format: Format
  /// In pixels, as they are stored.
  let (height, width): (Int, Int)
  /// How many channels are stored: 4 for the inks of a printer, whose JPEG files are in CMYK.
  let channels: Int
  /// Whether the image has neither colours nor a palette.
  let isGrey: Bool
  /// Whether a sample has more than 8 bits.
  let isDeep: Bool
  /// How it has to be turned to be shown.
  let orientation: Orientation

  /// 2^26 pixels: the decoders take up to eight bytes for each.
  static let pixelLimit = 1 << 26

  /// The height and the width that a viewer shows.
  var shown: (height: Int, width: Int) { orientation.isTransposed ? (width, height) : (height, width) }

  init(
    _ format: Format, height: Int, width: Int, channels: Int = 3, isGrey: Bool = false, isDeep: Bool = false,
    orientation: Orientation = .upright
  ) {
    self.format = format
    (self.height, self.width) = (height, width)
    self.channels = channels
    self.isGrey = isGrey
    self.isDeep = isDeep
    self.orientation = orientation
  }

  /// Reads the header of the file at `path`.
  ///
  /// - Throws: `FileError`, malformed, for what is of none of the formats, is cut short within its header, or has more than
  ///   2^26 pixels.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    let header: ImageHeader?
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      header = PNGFile.header(bytes)
    } else if bytes.starts(with: [0xFF, 0xD8]) {
      header = JPEGFile.header(bytes)
    } else if bytes.starts(with: "GIF8".utf8) {
      header = GIFFile.header(bytes)
    } else if bytes.starts(with: "BM".utf8) {
      header = try BMPFile.header(bytes, path: path)
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      header = WebPFile.header(bytes)
    } else {
      if let other = Self.unread(bytes) {
        throw FileError(
          .malformed, path, offset: 0, "is \(other), a format that is not read: convert it to PNG or JPEG")
      }
      let start = bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
      let formats = Format.allCases.map(\.rawValue)
      throw FileError(
        .malformed, path, offset: 0,
        "is neither \(formats.dropLast().joined(separator: ", ")) nor \(formats[formats.count - 1]): "
          + (start.isEmpty ? "it is empty" : "it starts with \(start)"))
    }
    guard let header else {
      throw FileError(
        .malformed, path, "has \(bytes.count) bytes without the size of its image: it is damaged or cut short")
    }
    guard header.height > 0, header.width > 0, header.height <= Self.pixelLimit / header.width else {
      throw FileError(
        .malformed, path,
        "has \(header.height)×\(header.width) pixels, expected 1 to \(Self.pixelLimit) of them in all")
    }
    self = header
  }

  /// A format of pictures that is not read, where the first bytes are its; nil for what is none.
  private static func unread(_ bytes: UnsafeRawBufferPointer) -> String? {
    if bytes.starts(with: "II*\0".utf8) || bytes.starts(with: "MM\0*".utf8) { return "TIFF" }
    if bytes.starts(with: [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20]) { return "JPEG 2000" }
    guard bytes.dropFirst(4).starts(with: "ftyp".utf8) else { return nil }
    let brand = String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self)
    return ["avif", "avis"].contains(brand) ? "AVIF" : ["heic", "heix", "mif1"].contains(brand) ? "HEIF" : nil
  }
}

extension UnsafeRawBufferPointer {
  /// The whole number of `count` bytes at `offset`, the highest first; nil beyond the end.
  func bigEndian(at offset: Int, bytes count: Int) -> Int? {
    guard offset >= 0, offset + count <= self.count else { return nil }
    return self[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
  }

  /// The whole number of `count` bytes at `offset`, the lowest first; nil beyond the end.
  func littleEndian(at offset: Int, bytes count: Int) -> Int? {
    guard offset >= 0, offset + count <= self.count else { return nil }
    return self[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
