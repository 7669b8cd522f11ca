import Files
import Tensors

/// A kind of files that hold one sample each, pictures or volumes or sounds, and what becomes of them.
///
/// A format sees a file's bytes and nothing else, so that whoever reads them knows that they are what they were.
protocol SampleFormat: Sendable {
  /// One of the samples, for people: `image`.
  var noun: String { get }
  /// What names of such files end in, lower-case and with the dot; capitals do as well. What a file holds is another question.
  var endings: [String] { get }

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

/// What a file says of the sample that it holds. Plain numbers, so that processes can share it.
struct SampleHeader: Equatable, Sendable {
  /// The extents as its format counts them, 0 where there are fewer than four: (height, width, channels) of a picture as it
  /// is shown, (depth, height, width, channels) of a volume, (frames, channels, frames per second) of a sound.
  var extents: SIMD4<Int32>
  /// Whether bytes do not hold its values.
  var isDeep = false
}

/// What all samples of a data set in files are.
struct SampleLayout: Equatable, Sendable {
  /// How a number is stored.
  enum Element: Int, Sendable {
    /// Shares of 255.
    case uint8 = 1
    /// Shares of 65,535.
    case uint16 = 2
    /// As it is.
    case float32 = 4

    /// How many bytes one takes.
    var bytes: Int { rawValue }
  }

  /// The shape of a sample, channels last.
  let shape: Shape
  /// How its numbers are stored, in the machine's own order of bytes.
  let element: Element
  /// What decoding the largest of the files may take besides, in bytes.
  let workingBytes: Int

  /// How many bytes a sample takes.
  var bytes: Int { shape.count * element.bytes }
}
