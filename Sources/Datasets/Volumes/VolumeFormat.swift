import Files
import Tensors

/// Volumes of numbers, as MRI and CT scanners take them: NIfTI files of either version, gzipped or not.
///
/// A sample is what nibabel's `get_fdata` gives, (D, H, W, C): the first axis of the three of space is D; a fourth, of time or
/// of vectors, is C. Intensities become 0 to 1: those of a window, whatever lies outside of it being cut off, or each volume's
/// own, from its lowest to its highest. It is resampled after that, so that what was cut off is mixed into nothing.
package struct VolumeFormat: SampleFormat {
  /// What all volumes are resampled to, (D, H, W, C); nil for the shape that they share.
  package let shape: Shape?
  /// Which intensities become 0 and 1; nil for each volume's lowest and highest.
  package let window: ClosedRange<Float>?

  /// Takes what the user wants of volumes: `shape` with four extents, and a window that is no single number.
  package init(shape: Shape?, window: ClosedRange<Float>?) {
    precondition(shape.map { $0.rank == 4 } ?? true, "\(shape ?? []) is no shape of a volume")
    precondition(window.map { $0.lowerBound < $0.upperBound } ?? true, "a window without intensities")
    (self.shape, self.window) = (shape, window)
  }

  package let noun = "volume"
  package let endings = [".nii", ".nii.gz"]
  /// Pairs of a header and its voxels, and the formats of scanners and other programs.
  package let unreadEndings = [".hdr", ".img", ".img.gz", ".dcm", ".mgh", ".mgz", ".mha", ".mhd", ".nrrd"]
  package let conversion = "convert them to .nii or .nii.gz"

  /// The extents, and whether the file can hold that many voxels.
  ///
  /// - Throws: `FileError`, malformed, as `NIfTIHeader`, and for a file that is too short for its voxels.
  package func header(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) -> SampleHeader {
    let header = try NIfTIFile(bytes, path: path).header
    let (depth, height, width) = header.extents
    return SampleHeader(extents: [Int32(depth), Int32(height), Int32(width), Int32(header.channels)])
  }

  /// The wanted shape, or the one that all volumes share.
  ///
  /// - Throws: `FileError`, malformed, for the first volume that has other channels than the wanted shape or, without one,
  ///   another shape than the first volume.
  package func layout(of headers: [SampleHeader], paths: [String]) throws(FileError) -> SampleLayout {
    let shapes = headers.map { header in Shape((0..<4).map { Int(header.extents[$0]) }) }
    if let shape, let other = shapes.firstIndex(where: { $0[3] != shape[3] }) {
      throw FileError(
        .malformed, paths[other],
        "has \(shapes[other][3]) \(shapes[other][3] == 1 ? "channel" : "channels"), expected the \(shape[3]) of "
          + "`--input-shape`")
    }
    if shape == nil, let other = shapes.firstIndex(where: { $0 != shapes[0] }) {
      throw FileError(
        .malformed, paths[other],
        "has \(Self.words(shapes[other])) numbers, but \(paths[0]) has \(Self.words(shapes[0])): `--input-shape DxHxWxC` "
          + "resamples all volumes to one shape, but does not change C")
    }
    let sample = shape ?? shapes[0]
    let working = shapes.map { shape in
      let numbers =
        shape[3] * Resampling.largestStep(from: shape.dimensions.dropLast(), to: sample.dimensions.dropLast())
      // The unpacked file, of up to 8 bytes a number, and what one axis' resampling reads and writes.
      return 8 * shape.count + 8 * numbers
    }
    return SampleLayout(shape: sample, element: .float32, workingBytes: working.max() ?? 0)
  }

  /// Writes a volume's intensities from 0 to 1.
  ///
  /// - Returns: whether the file goes on behind its voxels.
  /// - Throws: `FileError`, malformed, for what is damaged or cut short, and for a voxel that is no number of 32 bits.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, path: String, to layout: SampleLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Bool {
    let file = try NIfTIFile(bytes, path: path)
    guard file.header.channels == layout.shape[3] else {
      throw FileError(.malformed, path, "has \(file.header.channels) channels, expected \(layout.shape[3])")
    }
    var volume: [Float] = []
    let isLonger = try file.withVoxels { voxels throws(FileError) in
      volume = try Intensities(window: window).read(voxels, header: file.header, path: path)
    }
    let (depth, height, width) = file.header.extents
    // In the file, the first axis runs fastest and channels slowest; colours alone stand together.
    let areTogether = file.header.element == .rgb24
    let (inner, outer) = areTogether ? (file.header.channels, 1) : (1, file.header.channels)
    var extents = [outer, width, height, depth, inner]
    for (axis, extent) in zip([3, 2, 1], layout.shape.dimensions) {
      volume = Resampling(from: extents[axis], to: extent).apply(
        to: volume, outer: extents[..<axis].reduce(1, *), inner: extents[(axis + 1)...].reduce(1, *))
      extents[axis] = extent
    }
    Self.turn(volume, of: layout.shape, areColoursTogether: areTogether, into: target.bindMemory(to: Float.self))
    return isLonger
  }

  /// Writes a volume in the file's order, the first axis fastest, in that of a sample, channels fastest.
  private static func turn(
    _ volume: [Float], of shape: Shape, areColoursTogether: Bool, into target: UnsafeMutableBufferPointer<Float>
  ) {
    let (depth, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
    precondition(volume.count == shape.count && target.count == shape.count, "the volume does not fill its place")
    let step = areColoursTogether ? (place: channels, channel: 1) : (place: 1, channel: shape.count / channels)
    // Tiles of the two axes of which one is near in the file and the other in the sample, so that both stay in the cache.
    let tile = 16
    volume.withUnsafeBufferPointer { volume in
      for channel in 0..<channels {
        for y in 0..<height {
          for firstX in stride(from: 0, to: depth, by: tile) {
            for firstZ in stride(from: 0, to: width, by: tile) {
              for x in firstX..<min(firstX + tile, depth) {
                for z in firstZ..<min(firstZ + tile, width) {
                  target[((x * height + y) * width + z) * channels + channel] =
                    volume[(x + depth * (y + height * z)) * step.place + channel * step.channel]
                }
              }
            }
          }
        }
      }
    }
  }

  private static func words(_ shape: Shape) -> String {
    (0..<shape.rank).map { "\(shape[$0])" }.joined(separator: "×")
  }
}
