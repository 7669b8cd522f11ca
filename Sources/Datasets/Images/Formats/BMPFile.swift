import Files
import Graphics

/// BMP, by libgd.
enum BMPFile {
  /// The size of the second header says how wide its numbers are: one of 12 bytes has 16 bits for a side, the others 32 with
  /// a sign, which is negative for the height of a picture that begins with its first row.
  ///
  /// - Throws: `FileError`, malformed, for the kinds that libgd takes for another picture than they are: palettes behind a
  ///   header of more than 40 bytes, which it looks for too early, and 16 bits a pixel, whose white it makes grey; and for
  ///   colours by bit masks, which it does not know.
  static func header(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) -> ImageHeader? {
    guard let size = bytes.littleEndian(at: 14, bytes: 4) else { return nil }
    let isOld = size == 12
    guard let width = side(bytes, at: 18, isOld: isOld), let height = side(bytes, at: isOld ? 20 : 22, isOld: isOld),
      let depth = bytes.littleEndian(at: isOld ? 24 : 28, bytes: 2)
    else { return nil }
    let hasMasks = !isOld && [3, 6].contains(bytes.littleEndian(at: 30, bytes: 4))
    if hasMasks || depth == 16 || (depth <= 8 && size > 40) {
      throw FileError(
        .malformed, path,
        "is a BMP file of \(depth) bits a pixel\(hasMasks ? " and bit masks" : "") behind a header of \(size) bytes, a kind "
          + "that libgd does not read: convert it to PNG")
    }
    return ImageHeader(.bmp, height: abs(height), width: width)
  }

  /// Decodes to red, green, blue and alpha.
  ///
  /// - Throws: `FileError`, malformed, when the file is damaged or cut short.
  static func decode(_ bytes: UnsafeRawBufferPointer, of file: ImageFile) throws(FileError) -> Picture<UInt8> {
    let image = try Canvas(bytes, of: file)
    guard (image.height, image.width) == (file.header.height, file.header.width) else { throw file.damaged(nil) }
    return image.picture(on: (image.height, image.width), at: (0, 0))
  }

  private static func side(_ bytes: UnsafeRawBufferPointer, at offset: Int, isOld: Bool) -> Int? {
    if isOld { return bytes.littleEndian(at: offset, bytes: 2) }
    return bytes.littleEndian(at: offset, bytes: 4).map { Int(Int32(truncatingIfNeeded: $0)) }
  }
}
