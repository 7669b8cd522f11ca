import Files
import Glibc
import Tensors

/// One half of a folder of images, training or validation: PNG and JPEG files, a folder for each class.
///
/// All images are decoded and resized when the folder is opened, and held as height · width · channels bytes each, in every
/// process: 50,000 images of 32×32 in colour take 154 MB, 10,000 of 224×224 take 1.5 GB.
public struct ImageFolder: Dataset {
  private let labels: [Int32]
  /// All samples, one after the other, channels last.
  private let bytes: [UInt8]
  /// (height, width, channels).
  public let sampleShape: Shape
  /// The names of the folders, sorted by their bytes.
  public let classNames: [String]
  /// SHA-256 over the class names, the shape, and the label and resized bytes of every sample.
  public let digest: String

  /// Reads the images of `folder/train/CLASS` and `folder/validation/CLASS`; `validation` may also be called `val` or `test`.
  /// Where there is none of the three, every 10th image of each class, by name, is for validation.
  ///
  /// - Parameters:
  ///   - shape: what all images are resized to, (height, width, 1 or 3), without regard to their proportions; nil for the
  ///     size that they share, with one channel where none has colours.
  ///   - progress: is told how many images are decoded, of how many.
  /// - Throws: `FileError`: missing without the folder; malformed, with its path, for the first image that cannot be decoded
  ///   or, without a shape, has another size than the first; and for folders in which the listing finds no data set. Failed
  ///   where the images would not fit in this machine's memory.
  public static func open(
    folder: String, shape: Shape?, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(FileError) -> TrainingData {
    let listing = try ImageFolderListing(folder)
    let total = listing.training.count + listing.validation.count
    let shape = if let shape { shape } else { try commonShape(of: listing.training + listing.validation) }
    try checkMemory(total, shape, folder)
    let training = try ImageFolder(listing.training, listing.classes, shape) { progress($0, total) }
    let validation = try ImageFolder(listing.validation, listing.classes, shape) { done in
      progress(listing.training.count + done, total)
    }
    return TrainingData(training: training, validation: validation)
  }

  private init(
    _ samples: [ImageFolderListing.Sample], _ classes: [String], _ shape: Shape, progress: (Int) -> Void
  ) throws(FileError) {
    var bytes = [UInt8](repeating: 0, count: samples.count * shape.count)
    for (index, sample) in samples.enumerated() {
      let file = try ImageFile(sample.path)
      let range = index * shape.count..<(index + 1) * shape.count
      // The typed failure is carried around an older function that does not know of it.
      let result = bytes.withUnsafeMutableBufferPointer { bytes in
        Result { () throws(FileError) in try file.decode(to: shape, into: .init(rebasing: bytes[range])) }
      }
      try result.get()
      progress(index + 1)
    }
    self.bytes = bytes
    labels = samples.map { Int32($0.label) }
    sampleShape = shape
    classNames = classes
    var digest = Digest(.sha256)
    Array("\(classes) \(shape)".utf8).withUnsafeBytes { digest.update($0) }
    for label in labels { withUnsafeBytes(of: label.littleEndian) { digest.update($0) } }
    bytes.withUnsafeBytes { digest.update($0) }
    self.digest = digest.finish()
  }

  /// `folder`.
  public var name: String { "folder" }
  /// How many images the folder holds for this half.
  public var count: Int { labels.count }

  /// The place of the image's folder among the folders.
  public func label(of sample: Int) -> Int { Int(labels[sample]) }

  /// Writes pixels / 255, channels last.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    bytes.withUnsafeBytes { bytes in
      let start = sample * sampleShape.count
      Pixels.decode(UnsafeRawBufferPointer(rebasing: bytes[start..<start + sampleShape.count]), into: pixels)
    }
  }

  /// The shape of all images, where they have one size.
  private static func commonShape(of samples: [ImageFolderListing.Sample]) throws(FileError) -> Shape {
    var first: ImageFile?
    var isGrey = true
    for sample in samples {
      let file = try ImageFile(sample.path)
      let common = first ?? file
      guard (file.header.height, file.header.width) == (common.header.height, common.header.width) else {
        throw FileError(
          .malformed, sample.path,
          "has \(file.header.height)×\(file.header.width) pixels, but \(common.path) has "
            + "\(common.header.height)×\(common.header.width): `--input-shape HxWxC` resizes all images to one size")
      }
      first = common
      isGrey = isGrey && file.header.isGrey
    }
    guard let header = first?.header else { preconditionFailure("a listing has samples") }
    return [header.height, header.width, isGrey ? 1 : 3]
  }

  /// Refuses what this machine cannot hold before the system has to kill somebody.
  private static func checkMemory(_ samples: Int, _ shape: Shape, _ folder: String) throws(FileError) {
    let memory = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
    guard samples <= memory / shape.count else {
      throw FileError(
        .failed, folder,
        "\(samples) images of \(shape) do not fit in this machine's \(memory >> 20) MB of memory: a smaller "
          + "`--input-shape HxWxC` resizes them")
    }
  }
}
