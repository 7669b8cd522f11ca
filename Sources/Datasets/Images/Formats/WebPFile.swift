internal import CWebP
import Files

/// WebP, by libwebp, whose alpha has 8 bits where libgd's has 7. Of an animation, the first picture.
enum WebPFile {
  /// The canvas, and the chunk EXIF.
  static func header(_ bytes: UnsafeRawBufferPointer) -> ImageHeader? {
    var data = data(bytes)
    var state = WEBP_DEMUX_PARSE_ERROR  // what is cut short is said when it is decoded
    guard let file = WebPDemuxPartial(&data, &state) else { return nil }
    defer { WebPDemuxDelete(file) }
    guard state.rawValue >= WEBP_DEMUX_PARSED_HEADER.rawValue else { return nil }
    var orientation = Orientation.upright
    var chunk = WebPChunkIterator()
    if WebPDemuxGetChunk(file, "EXIF", 1, &chunk) != 0 {
      orientation = Orientation(exif: UnsafeRawBufferPointer(start: chunk.chunk.bytes, count: chunk.chunk.size)[...])
      WebPDemuxReleaseChunkIterator(&chunk)
    }
    return ImageHeader(
      .webp, height: Int(WebPDemuxGetI(file, WEBP_FF_CANVAS_HEIGHT)),
      width: Int(WebPDemuxGetI(file, WEBP_FF_CANVAS_WIDTH)),
      orientation: orientation)
  }

  /// Decodes to red, green, blue and alpha.
  ///
  /// - Throws: `FileError`, malformed, when the file is damaged or cut short.
  static func decode(_ bytes: UnsafeRawBufferPointer, of file: ImageFile) throws(FileError) -> Picture<UInt8> {
    var data = data(bytes)
    guard let decoder = WebPAnimDecoderNew(&data, nil) else { throw file.damaged(nil) }
    defer { WebPAnimDecoderDelete(decoder) }
    var canvas: UnsafeMutablePointer<UInt8>?
    var time: Int32 = 0
    guard WebPAnimDecoderGetNext(decoder, &canvas, &time) != 0, let canvas else { throw file.damaged(nil) }
    return Picture(height: file.header.height, width: file.header.width, channels: 4) { samples in
      samples.withUnsafeMutableBufferPointer { samples in
        samples.baseAddress?.update(from: canvas, count: samples.count)
      }
    }
  }

  private static func data(_ bytes: UnsafeRawBufferPointer) -> WebPData {
    WebPData(bytes: bytes.bindMemory(to: UInt8.self).baseAddress, size: bytes.count)
  }
}
