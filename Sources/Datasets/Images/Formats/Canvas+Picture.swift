import Files
import Graphics

extension Canvas {
  /// Decodes the bytes of a GIF or BMP file.
  ///
  /// - Throws: `FileError`, malformed, when the file is damaged or cut short; a warning is reason enough.
  convenience init(_ bytes: UnsafeRawBufferPointer, of file: ImageFile) throws(FileError) {
    do throws(Damaged) {
      try self.init(decoding: bytes, as: file.header.format == .gif ? .gif : .bmp)
    } catch {
      throw file.damaged(error.complaint)
    }
  }

  /// Red, green, blue and alpha on a transparent canvas that the image fits on, with its first pixel at `place`.
  func picture(on canvas: (height: Int, width: Int), at place: (row: Int, column: Int)) -> Picture<UInt8> {
    Picture(height: canvas.height, width: canvas.width, channels: 4) { samples in
      samples.withUnsafeMutableBufferPointer { samples in
        for row in 0..<height {
          let start = ((place.row + row) * canvas.width + place.column) * 4
          write(row: row, to: UnsafeMutableBufferPointer(rebasing: samples[start..<start + 4 * width]))
        }
      }
    }
  }
}
