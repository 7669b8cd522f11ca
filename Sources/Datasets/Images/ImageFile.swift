import Files
import Tensors

/// A file that holds a picture.
struct ImageFile {
  /// The file as the user named it.
  let path: String
  /// What it says of itself.
  let header: ImageHeader
  private let bytes: UnsafeRawBufferPointer

  /// Which names belong to pictures: they end in one of these, in capitals or not.
  static let endings = [".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".webp"]

  /// Reads the header of the file at `path`, whose `bytes` stay as long as this is in use.
  ///
  /// - Throws: `FileError`, as `ImageHeader`.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    (self.path, self.bytes) = (path, bytes)
    header = try ImageHeader(bytes, path: path)
  }

  /// Writes the picture as viewers show it to `target`, resampled to `shape` of (height, width, 1 or 3) where it has another
  /// size: upright, over white where it is transparent, with the depth that it has. A target of 8 bits takes pictures of 8
  /// bits alone.
  ///
  /// - Returns: whether the file has stray bytes, which were passed over.
  /// - Throws: `FileError`, malformed, when the file is damaged or cut short.
  func decode<Stored: PictureSample>(
    to shape: Shape, into target: UnsafeMutableBufferPointer<Stored>
  ) throws(FileError) -> Bool {
    precondition(shape.rank == 3 && shape.count == target.count, "\(target.count) samples are no image of \(shape)")
    switch header.format {
    case .png where header.isDeep: finish(try PNGFile.decode(bytes, of: self) as Picture<UInt16>, shape, target)
    case .png: finish(try PNGFile.decode(bytes, of: self) as Picture<UInt8>, shape, target)
    case .jpeg where isAsStored(shape) && Stored.self == UInt8.self:
      return try target.withMemoryRebound(to: UInt8.self) { target throws(FileError) in
        try JPEGFile.decode(bytes, of: self, into: target)
      }
    case .jpeg:
      let (picture, isWarned) = try JPEGFile.decode(bytes, of: self)
      finish(picture, shape, target)
      return isWarned
    case .gif: finish(try GIFFile.decode(bytes, of: self), shape, target)
    case .bmp: finish(try BMPFile.decode(bytes, of: self), shape, target)
    case .webp: finish(try WebPFile.decode(bytes, of: self), shape, target)
    }
    return false
  }

  /// Whether nothing is to be done to the picture but to decode it.
  private func isAsStored(_ shape: Shape) -> Bool {
    header.orientation == .upright && shape[0] == header.height && shape[1] == header.width
      && shape[2] == header.channels
  }

  private func finish<Sample: PictureSample, Stored: PictureSample>(
    _ decoded: consuming Picture<Sample>, _ shape: Shape, _ target: UnsafeMutableBufferPointer<Stored>
  ) {
    var picture = decoded
    picture.layOverWhite(keepingOne: header.isGrey)
    picture.turn(header.orientation)
    picture.resize(height: shape[0], width: shape[1])
    picture.write(channels: shape[2], to: target)
  }

  /// What is wrong with a file that the decoder did not understand, in its words.
  func damaged(_ complaint: String?) -> FileError {
    FileError(
      .malformed, path,
      "cannot be decoded as \(header.format.rawValue)\(complaint.map { " (\($0))" } ?? ""): it is damaged or cut short; "
        + "replace or remove it")
  }

  /// What the machine could not do for it.
  func failure(_ message: String) -> FileError { FileError(.failed, path, message) }
}
