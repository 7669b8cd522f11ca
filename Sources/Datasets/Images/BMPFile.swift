import Files

/// BMP, by libgd.
enum BMPFile {
  /// The size of the second header says how wide its numbers are: 12 bytes have 16 bits for a side, the others 32 with a
  /// sign, which is negative for a height that counts from the top.
  ///
  /// - Throws: `FileError`, malformed, for kinds that libgd reads as another picture than they are: 1 bit a pixel, whose rows
  ///   it takes to end elsewhere, and 16, whose white it takes for grey.
  static func header(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(FileError) -> ImageHeader? {
    guard let kind = bytes.littleEndian(at: 14, bytes: 4) else { return nil }
    let isOld = kind == 12
    guard let width = side(bytes, at: 18, isOld: isOld), let height = side(bytes, at: isOld ? 20 : 22, isOld: isOld),
      let depth = bytes.littleEndian(at: isOld ? 24 : 28, bytes: 2)
    else { return nil }
    guard [4, 8, 24, 32].contains(depth) else {
      throw FileError(
        .malformed, path, "has \(depth) bits a pixel, expected 4, 8, 24 or 32 in a BMP file: convert it to PNG")
    }
    return ImageHeader(.bmp, height: abs(height), width: width)
  }

  /// Decodes to red, green and blue.
  ///
  /// - Throws: `FileError`, malformed, when the file is damaged or cut short.
  static func decode(_ bytes: UnsafeRawBufferPointer, of file: ImageFile) throws(FileError) -> Picture<UInt8> {
    try GDImage(bytes, of: file).picture(on: (file.header.height, file.header.width), at: (0, 0))
  }

  private static func side(_ bytes: UnsafeRawBufferPointer, at offset: Int, isOld: Bool) -> Int? {
    if isOld { return bytes.littleEndian(at: offset, bytes: 2) }
    return bytes.littleEndian(at: offset, bytes: 4).map { Int(Int32(truncatingIfNeeded: $0)) }
  }
}
