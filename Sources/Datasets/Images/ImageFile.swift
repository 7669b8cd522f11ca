import CGD
import Files
import Tensors

/// A PNG or JPEG file, decoded with libgd.
struct ImageFile {
  /// The file as the user named it.
  let path: String
  /// What its first bytes say.
  let header: ImageHeader
  private let file: MappedFile

  /// Maps the file and reads its header.
  ///
  /// - Throws: `FileError`, as `ImageHeader`, or when the file cannot be read.
  init(_ path: String) throws(FileError) {
    self.path = path
    let file = try MappedFile(path)
    header = try file.withBytes { bytes throws(FileError) in try ImageHeader(bytes, path: path) }
    self.file = file
  }

  /// Writes the image's bytes to `target`, resampled to `shape` of (height, width, 1 or 3) where it has another size. Transparency is left out: each
  /// pixel has the colour that is stored. Grey is 0.299 red + 0.587 green + 0.114 blue, as in ITU-R BT.601.
  ///
  /// - Throws: `FileError`, malformed, when the file is damaged or cut short; a warning of the decoder is reason enough,
  ///   because it goes on with grey.
  func decode(to shape: Shape, into target: UnsafeMutableBufferPointer<UInt8>) throws(FileError) {
    precondition(shape.rank == 3 && shape.count == target.count, "\(target.count) bytes are no image of \(shape)")
    _ = Self.keepComplaints
    cnn_gd_forget_complaint()
    let image = file.withBytes { bytes -> gdImagePtr? in
      // libgd's sizes have 32 bits; a larger file is none that it could decode.
      guard let size = Int32(exactly: bytes.count) else { return nil }
      let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      return switch header.format {
      case .png: gdImageCreateFromPngPtr(size, start)
      case .jpeg: gdImageCreateFromJpegPtrEx(size, start, 0)
      }
    }
    let complaint = String(cString: cnn_gd_complaint()).split(separator: "\n").first
    guard let image, complaint == nil else {
      if let image { gdImageDestroy(image) }
      throw FileError(
        .malformed, path,
        "cannot be decoded as \(header.format.rawValue)\(complaint.map { " (\($0))" } ?? ""): it is damaged or cut short; "
          + "replace or remove it")
    }
    defer { gdImageDestroy(image) }
    let (height, width) = (Int32(shape[0]), Int32(shape[1]))
    if image.pointee.sy == height && image.pointee.sx == width {
      Self.copy(image, channels: shape[2], to: target)
    } else {
      guard let resized = gdImageCreateTrueColor(width, height) else {
        throw FileError(.failed, path, "there is no memory for an image of \(shape)")
      }
      defer { gdImageDestroy(resized) }
      gdImageAlphaBlending(resized, 0)  // colours as they are stored, not laid over black
      gdImageCopyResampled(resized, image, 0, 0, 0, 0, width, height, image.pointee.sx, image.pointee.sy)
      Self.copy(resized, channels: shape[2], to: target)
    }
  }

  private static let keepComplaints: Void = cnn_gd_keep_complaints()

  /// Writes each pixel's bytes, row by row.
  private static func copy(_ image: gdImagePtr, channels: Int, to target: UnsafeMutableBufferPointer<UInt8>) {
    let (height, width) = (image.pointee.sy, image.pointee.sx)
    precondition(Int(height) * Int(width) * channels == target.count, "the image does not fill its place")
    var next = 0
    for row in 0..<height {
      for column in 0..<width {
        let colour = gdImageGetTrueColorPixel(image, column, row)
        let (red, green, blue) = (colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF)
        if channels == 1 {
          target[next] = UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
        } else {
          target[next] = UInt8(red)
          target[next + 1] = UInt8(green)
          target[next + 2] = UInt8(blue)
        }
        next += channels
      }
    }
  }
}
