internal import CSPNG
import Files

/// PNG, by libspng: every depth as it is stored, where libgd would cut 16 bits to 8 and an alpha to 7.
enum PNGFile {
  /// The signature is followed by chunks: length, name, contents and a check sum. The first is IHDR: width, height, depth,
  /// colour type. eXIf may stand before the pixels or behind them.
  static func header(_ bytes: UnsafeRawBufferPointer) -> ImageHeader? {
    guard bytes.count >= 26, let width = bytes.bigEndian(at: 16, bytes: 4),
      let height = bytes.bigEndian(at: 20, bytes: 4)
    else { return nil }
    var orientation = Orientation.upright
    var offset = 8
    while let length = bytes.bigEndian(at: offset, bytes: 4), offset + 12 + length <= bytes.count {
      let contents = bytes[offset + 8..<offset + 8 + length]
      if bytes[offset + 4..<offset + 8].elementsEqual("eXIf".utf8) { orientation = Orientation(exif: contents) }
      offset += 12 + length
    }
    return ImageHeader(
      .png, height: height, width: width, isGrey: bytes[25] & 0b11 == 0, isDeep: bytes[24] == 16,
      orientation: orientation)
  }

  /// What texts and colour profiles may unpack to, which nobody looks at: 64 MiB, or as much as the file has.
  private static let mostBytesBeside = 1 << 26

  /// Decodes to red, green, blue and alpha; what the palette or a colour key make transparent has alpha 0.
  ///
  /// - Throws: `FileError`, malformed, when the file is damaged or cut short anywhere.
  static func decode<Sample: PictureSample>(
    _ bytes: UnsafeRawBufferPointer, of file: ImageFile
  ) throws(FileError) -> Picture<Sample> {
    guard let context = spng_ctx_new(0) else { throw file.failure("there is no memory to decode it in") }
    defer { spng_ctx_free(context) }
    let format = Sample.self == UInt16.self ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8
    return try Picture(height: file.header.height, width: file.header.width, channels: 4) { samples throws(FileError) in
      let code = samples.withUnsafeMutableBytes { samples in
        let limit = max(bytes.count, Self.mostBytesBeside)
        var code = spng_set_chunk_limits(context, limit, limit)
        if code == 0 { code = spng_set_png_buffer(context, bytes.baseAddress, bytes.count) }
        if code == 0 {
          code = spng_decode_image(
            context, samples.baseAddress, samples.count, Int32(format.rawValue), Int32(SPNG_DECODE_TRNS.rawValue))
        }
        // What follows the last pixel: its check sum is there.
        return code == 0 ? spng_decode_chunks(context) : code
      }
      guard code == 0 else { throw file.damaged(String(cString: spng_strerror(code))) }
    }
  }
}
