import CGD
import Files

/// An image that libgd has decoded: GIF and BMP.
final class GDImage {
  private let image: gdImagePtr

  /// Decodes the bytes of a file.
  ///
  /// - Throws: `FileError`, malformed, when the file is damaged or cut short; a warning is reason enough.
  init(_ bytes: UnsafeRawBufferPointer, of file: ImageFile) throws(FileError) {
    _ = Self.keepComplaints
    cnn_gd_forget_complaint()
    // libgd's sizes have 32 bits; a larger file is none that it could decode.
    guard let size = Int32(exactly: bytes.count) else { throw file.damaged(nil) }
    let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    let image = file.header.format == .gif ? gdImageCreateFromGifPtr(size, start) : gdImageCreateFromBmpPtr(size, start)
    let complaint = String(cString: cnn_gd_complaint()).split(separator: "\n").first
    guard let image, complaint == nil else {
      if let image { gdImageDestroy(image) }
      throw file.damaged(complaint.map(String.init))
    }
    self.image = image
  }

  deinit { gdImageDestroy(image) }

  /// In pixels.
  var height: Int { Int(image.pointee.sy) }
  /// In pixels.
  var width: Int { Int(image.pointee.sx) }

  /// Red, green, blue and alpha on a transparent canvas that the image fits on, with its first pixel at `place`.
  func picture(on canvas: (height: Int, width: Int), at place: (row: Int, column: Int)) -> Picture<UInt8> {
    Picture(height: canvas.height, width: canvas.width, channels: 4) { samples in
      for row in 0..<height {
        var next = ((place.row + row) * canvas.width + place.column) * 4
        for column in 0..<width {
          let colour = gdImageGetTrueColorPixel(image, Int32(column), Int32(row))
          samples[next] = UInt8(colour >> 16 & 0xFF)
          samples[next + 1] = UInt8(colour >> 8 & 0xFF)
          samples[next + 2] = UInt8(colour & 0xFF)
          samples[next + 3] = colour >> 24 == gdAlphaTransparent ? 0 : 255  // there is nothing between in these formats
          next += 4
        }
      }
    }
  }

  private static let keepComplaints: Void = cnn_gd_keep_complaints()
}
