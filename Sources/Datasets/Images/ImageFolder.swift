import Files
import Tensors

/// Images out of a folder that has a folder for each class: PNG, JPEG, GIF, BMP and WebP files, as viewers show them.
///
/// All images are decoded and resized when the folder is opened, and held as height · width · channels samples each, in every
/// process, of one byte, or of two where any image has more than 8 bits: 50,000 images of 32×32 in colour take 154 MB,
/// 10,000 of 224×224 take 1.5 GB.
public struct ImageFolder: Dataset {
  private let images: DecodedImages
  /// Which of the images these are.
  private let range: Range<Int>
  /// (height, width, channels).
  public var sampleShape: Shape { images.shape }
  /// The names of the folders, sorted by their bytes.
  public var classNames: [String] { images.classes }
  /// SHA-256 over the class names, the shape, and the label and resized samples of every image.
  public let digest: String

  init(_ images: DecodedImages, _ range: Range<Int>) {
    self.images = images
    self.range = range
    digest = images.digest(range)
  }

  /// `folder`.
  public var name: String { "folder" }
  /// How many images there are.
  public var count: Int { range.count }
  /// 256, or 65,536 where any image has 16 bits.
  public var levels: Int? { images.levels }

  /// The place of the image's folder among the folders.
  public func label(of sample: Int) -> Int {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    return images.labels[range.lowerBound + sample]
  }

  /// Writes samples as shares of full light, pixels / 255 or / 65535, channels last.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    images.load(range.lowerBound + sample, into: pixels)
  }
}
