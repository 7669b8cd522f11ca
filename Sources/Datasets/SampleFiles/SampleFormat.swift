import Files
import Tensors

/// A kind of files that hold one sample each, pictures or volumes or sounds, and what becomes of them.
///
/// A format sees a file's bytes and nothing else, so that whoever reads them knows that they are what they were.
package protocol SampleFormat: Sendable {
  /// One of the samples, for people: `image`.
  var noun: String { get }
  /// What names of such files end in, lower-case and with the dot; capitals do as well. What a file holds is another question.
  var endings: [String] { get }
  /// What names of files end in that hold such samples and are not read, likewise.
  var unreadEndings: [String] { get }
  /// What is to be done with those: `convert them to PNG or JPEG`.
  var conversion: String { get }

  /// What a file says of itself.
  ///
  /// - Parameter path: the file as the user named it, for errors.
  /// - Throws: `FileError`, malformed, for what is no such file, or says what cannot be.
  func header(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) -> SampleHeader

  /// What all samples are stored as, where these are the headers of all files, at least one.
  ///
  /// - Throws: `FileError`, malformed, that names the first file that does not go with the others.
  func layout(of headers: [SampleHeader], paths: [String]) throws(FileError) -> SampleLayout

  /// Writes what a file holds to `target`, which has room for one sample of `layout`.
  ///
  /// - Returns: whether the file has stray bytes, which were passed over.
  /// - Throws: `FileError`, malformed, where it is damaged or cut short.
  func decode(
    _ bytes: UnsafeRawBufferPointer, path: String, to layout: SampleLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Bool
}

extension SampleFormat {
  package var unreadEndings: [String] { [] }
  package var conversion: String { "" }
}

/// What a file says of the sample that it holds. Plain numbers, so that processes can share it.
package struct SampleHeader: Equatable, Sendable {
  /// The extents as its format counts them, 0 where there are fewer than four: (height, width, channels) of a picture as it
  /// is shown, (depth, height, width, channels) of a volume, (frames, channels, frames per second) of a sound.
  package var extents: SIMD4<Int32>
  /// Whether bytes do not hold its values.
  package var isDeep: Bool

  package init(extents: SIMD4<Int32>, isDeep: Bool = false) { (self.extents, self.isDeep) = (extents, isDeep) }
}

/// What all samples of a data set in files are.
package struct SampleLayout: Equatable, Sendable {
  /// How a number is stored.
  package enum Element: Int, Sendable {
    /// Shares of 255.
    case uint8 = 1
    /// Shares of 65,535.
    case uint16 = 2
    /// As it is.
    case float32 = 4

    /// How many bytes one takes.
    package var bytes: Int { rawValue }
  }

  /// The shape of a sample, channels last.
  package let shape: Shape
  /// How its numbers are stored, in the machine's own order of bytes.
  package let element: Element
  /// What decoding the largest of the files may take besides, in bytes.
  package let workingBytes: Int

  /// How many bytes a sample takes.
  package var bytes: Int { shape.count * element.bytes }

  package init(shape: Shape, element: Element, workingBytes: Int) {
    (self.shape, self.element, self.workingBytes) = (shape, element, workingBytes)
  }
}
