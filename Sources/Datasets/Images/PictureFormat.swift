import Files
import Tensors

/// PNG, JPEG, GIF, BMP and WebP files, as viewers show them: upright, over white where they are transparent.
struct PictureFormat: SampleFormat {
  /// What all pictures are resized to, (height, width, 1 or 3), without regard to their proportions; nil for the size that
  /// they share.
  var shape: Shape?
  /// How many channels they have without a shape; nil for one where none has colours, and else three.
  var channels: Int?

  /// `image`.
  var noun: String { "image" }
  /// As `ImageFile` has them.
  var endings: [String] { ImageFile.endings }

  /// What scanners, cameras and newer programs write.
  var unreadEndings: [String] { [".tif", ".tiff", ".avif", ".heic", ".heif", ".jp2", ".j2k"] }
  var conversion: String { "convert them to PNG or JPEG" }

  /// (height, width, 1 or 3), as it is shown.
  func header(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) -> SampleHeader {
    let header = try ImageHeader(bytes, path: path)
    let (height, width) = header.shown
    return SampleHeader(extents: [Int32(height), Int32(width), header.isGrey ? 1 : 3, 0], isDeep: header.isDeep)
  }

  /// Two bytes a number where any picture has more than 8 bits, else one.
  func layout(of headers: [SampleHeader], paths: [String]) throws(FileError) -> SampleLayout {
    let size = headers[0].extents
    if shape == nil,
      let other = headers.firstIndex(where: { $0.extents.x != size.x || $0.extents.y != size.y })
    {
      throw FileError(
        .malformed, paths[other],
        "has \(headers[other].extents.x)×\(headers[other].extents.y) pixels, but \(paths[0]) has \(size.x)×\(size.y): "
          + "`--input-shape HxWxC` resizes all images to one size")
    }
    let largest = headers.map { Int($0.extents.x) * Int($0.extents.y) }.max() ?? 1
    let own: Shape = [Int(size.x), Int(size.y), channels ?? (headers.allSatisfy { $0.extents.z == 1 } ? 1 : 3)]
    // A decoder takes up to eight bytes for each pixel, and to turn the picture as many again.
    return SampleLayout(
      shape: shape ?? own, element: headers.contains(where: \.isDeep) ? .uint16 : .uint8, workingBytes: 16 * largest)
  }

  /// Decodes and resizes it.
  func decode(
    _ bytes: UnsafeRawBufferPointer, path: String, to layout: SampleLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Bool {
    let file = try ImageFile(bytes, path: path)
    return layout.element == .uint8
      ? try file.decode(to: layout.shape, into: target.bindMemory(to: UInt8.self))
      : try file.decode(to: layout.shape, into: target.bindMemory(to: UInt16.self))
  }
}
