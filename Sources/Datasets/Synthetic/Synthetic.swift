import Files
import Tensors

/// The embedded data set: ten classes of figures and textures in 32×32 colour, drawn when they are asked for, about 20 µs
/// each. It needs no files and no network, and its bytes are the same on every machine.
///
/// Measured with Keras on the first 10,000 training and 2,000 validation samples: softmax regression on the pixels stays
/// below 20 %. The network of Keras's CIFAR-10 tutorial (SGD, learning rate 0.01, momentum 0.5) first passes 90 % after
/// epoch 3 with batches of 64, epoch 7 with 128 and epoch 16 with 512; after epochs 8, 10 and 20 it has 99, 97 and 95 %.
public struct Synthetic: Dataset {
  /// How many samples there are to train on, as many as in CIFAR-10.
  public static let trainingCount = 50_000
  /// How many samples there are to validate with.
  public static let validationCount = 10_000
  /// "cnn-dist" in ASCII. The images belong to the data set, not to the run, so no run's seed enters.
  private static let seed: UInt64 = 0x636E_6E2D_6469_7374

  /// Philox's epoch word: 0 for training, 1 for validation.
  private let part: Int
  /// 50,000 for training, 10,000 for validation.
  public let count: Int
  /// SHA-256 over the label and bytes of 100 samples, evenly spread: the drawing rules decide all others.
  public let digest: String

  /// Training and validation samples; labels follow one another, 0 to 9, so each class has equally many.
  public static func open() -> TrainingData {
    TrainingData(training: training, validation: validation)
  }

  static let training = Synthetic(part: 0, count: trainingCount)
  static let validation = Synthetic(part: 1, count: validationCount)

  private init(part: Int, count: Int) {
    self.part = part
    self.count = count
    var digest = Digest(.sha256)
    withUnsafeTemporaryAllocation(byteCount: CIFARFormat.cifar10.recordBytes, alignment: 64) { record in
      // 1009 is prime, so that all labels take part.
      for index in 0..<100 {
        Self.draw(index * 1009 % count, part: part, record: record)
        digest.update(UnsafeRawBufferPointer(record))
      }
    }
    self.digest = digest.finish()
  }

  /// `synthetic`.
  public var name: String { "synthetic" }
  /// (32, 32, 3).
  public var sampleShape: Shape { CIFARFormat.sampleShape }
  /// `disc` to `dots`.
  public var classNames: [String] { SyntheticPattern.allCases.map(\.name) }

  /// The sample's number modulo 10.
  public func label(of sample: Int) -> Int {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    return Self.pattern(of: sample).rawValue
  }

  /// Draws the sample; pixels / 255, channels last.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    withUnsafeTemporaryAllocation(byteCount: CIFARFormat.cifar10.recordBytes, alignment: 64) { record in
      draw(sample, record: record)
      CIFARFormat.decode(planes: UnsafeRawBufferPointer(rebasing: record[1...]), into: pixels)
    }
  }

  /// Writes the sample as a record of CIFAR-10's binary version.
  func draw(_ sample: Int, record: UnsafeMutableRawBufferPointer) {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    Self.draw(sample, part: part, record: record)
  }

  private static func draw(_ sample: Int, part: Int, record: UnsafeMutableRawBufferPointer) {
    let pattern = pattern(of: sample)
    record[0] = UInt8(pattern.rawValue)
    let key = RandomKey(seed: seed, purpose: .synthesis, epoch: part, sample: sample)
    SyntheticImage(pattern, key: key).draw(into: UnsafeMutableRawBufferPointer(rebasing: record[1...]))
  }

  private static func pattern(of sample: Int) -> SyntheticPattern {
    SyntheticPattern.allCases[sample % SyntheticPattern.allCases.count]
  }
}
