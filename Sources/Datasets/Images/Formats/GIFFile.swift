import Files
import Graphics

/// GIF, by libgd. Of an animation, the first picture.
enum GIFFile {
  /// The canvas: the signature is followed by its width and its height.
  static func header(_ bytes: UnsafeRawBufferPointer) -> ImageHeader? {
    guard let width = bytes.littleEndian(at: 6, bytes: 2), let height = bytes.littleEndian(at: 8, bytes: 2) else {
      return nil
    }
    return ImageHeader(.gif, height: height, width: width)
  }

  /// Decodes to red, green, blue and alpha; the canvas around the first picture is transparent.
  ///
  /// - Throws: `FileError`, malformed, when the picture is damaged or cut short.
  static func decode(_ bytes: UnsafeRawBufferPointer, of file: ImageFile) throws(FileError) -> Picture<UInt8> {
    guard let place = firstPlace(bytes) else { throw file.damaged(nil) }
    let (height, width) = (file.header.height, file.header.width)
    // Before it is decoded: libgd makes room for whatever a picture says of itself.
    guard place.row + place.height <= height, place.column + place.width <= width else {
      throw file.damaged("it does not lie on its canvas")
    }
    let image = try Canvas(bytes, of: file)
    guard (image.height, image.width) == (place.height, place.width) else { throw file.damaged(nil) }
    return image.picture(on: (height, width), at: (place.row, place.column))
  }

  /// Where on the canvas the first picture lies, and how large it is. Its data must all be there, because libgd makes up what is not. The canvas's
  /// size is followed by flags, and by a palette where they say so; then by blocks, each of which ends with an empty part.
  private static func firstPlace(
    _ bytes: UnsafeRawBufferPointer
  ) -> (row: Int, column: Int, height: Int, width: Int)? {
    guard bytes.count > 13 else { return nil }
    var offset = 13 + paletteSize(bytes[10])
    while offset + 1 < bytes.count {
      switch bytes[offset] {
      case 0x21:  // an extension, with one byte for its kind
        guard let end = end(ofParts: offset + 2, bytes) else { return nil }
        offset = end
      case 0x2C:  // a picture: column, row, width, height, flags, perhaps a palette, one byte for the codes' size
        guard let column = bytes.littleEndian(at: offset + 1, bytes: 2),
          let row = bytes.littleEndian(at: offset + 3, bytes: 2),
          let width = bytes.littleEndian(at: offset + 5, bytes: 2),
          let height = bytes.littleEndian(at: offset + 7, bytes: 2), offset + 9 < bytes.count,
          end(ofParts: offset + 11 + paletteSize(bytes[offset + 9]), bytes) != nil
        else { return nil }
        return (row, column, height, width)
      default: offset += 1  // libgd passes over it, too
      }
    }
    return nil
  }

  /// The bytes of the palette that `flags` speak of.
  private static func paletteSize(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 0x07) + 1) }

  /// Where the parts end that begin at `offset`, each with one byte for its length; nil where the file ends before.
  private static func end(ofParts offset: Int, _ bytes: UnsafeRawBufferPointer) -> Int? {
    var offset = offset
    while offset < bytes.count {
      let length = Int(bytes[offset])
      offset += 1 + length
      if length == 0 { return offset }
    }
    return nil
  }
}
