import Files
import Tensors

/// Images of one shape in memory, with their labels.
struct DecodedImages: Sendable {
  /// All samples, one image after the other, channels last.
  enum Samples: Sendable {
    case bytes([UInt8])
    case words([UInt16])
  }

  let labels: [Int]
  let classes: [String]
  let shape: Shape
  let samples: Samples

  /// How many values a sample can have.
  var levels: Int {
    switch samples {
    case .bytes: 1 << 8
    case .words: 1 << 16
    }
  }

  /// Writes the samples of an image as shares of full light.
  func load(_ image: Int, into pixels: MutableFloatBuffer) {
    let range = image * shape.count..<(image + 1) * shape.count
    switch samples {
    case .bytes(let bytes): bytes[range].withUnsafeBytes { Pixels.decode($0, into: pixels) }
    case .words(let words): words[range].withUnsafeBufferPointer { Pixels.decode($0, into: pixels) }
    }
  }

  /// SHA-256 over the class names, the shape, and the labels and samples of some images.
  func digest(_ range: Range<Int>) -> String {
    var digest = Digest(.sha256)
    let places = range.lowerBound * shape.count..<range.upperBound * shape.count
    Array("\(classes) \(shape)".utf8).withUnsafeBytes { digest.update($0) }
    for label in labels[range] { withUnsafeBytes(of: Int32(label).littleEndian) { digest.update($0) } }
    switch samples {
    case .bytes(let bytes): bytes[places].withUnsafeBytes { digest.update($0) }
    case .words(let words): words[places].withUnsafeBytes { digest.update($0) }
    }
    return digest.finish()
  }
}
