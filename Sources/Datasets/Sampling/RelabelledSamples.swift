import Files
import Tensors

/// Another data set's samples with the labels that a network gives their classes: by name.
public struct RelabelledSamples: Dataset {
  private let base: any Dataset
  /// The label here of each label there; nil for classes that no sample is of.
  private let labels: [Int?]
  /// The network's classes.
  public let classNames: [String]

  /// Gives the samples of `base` the labels that their classes have among `classes`, some of which may have no sample.
  ///
  /// - Throws: `FileError`, malformed, when a sample's class is none of `classes`; it is named.
  public init(of base: any Dataset, classes: [String]) throws(FileError) {
    let places = Dictionary(zip(classes, classes.indices)) { first, _ in first }
    let labels = base.classNames.map { places[$0] }
    let present = Set((0..<base.count).map(base.label))
    let strangers = base.classNames.indices.filter { present.contains($0) && labels[$0] == nil }
    guard strangers.isEmpty else {
      let names = Self.list(strangers.map { base.classNames[$0] })
      throw FileError(
        .malformed, base.name,
        "has samples of \(strangers.count == 1 ? "the class" : "classes") \(names), but the network was trained on the classes "
          + "\(Self.list(classes))")
    }
    self.base = base
    self.labels = labels
    classNames = classes
  }

  /// The base's name.
  public var name: String { base.name }
  /// The base's shape.
  public var sampleShape: Shape { base.sampleShape }
  /// The base's count.
  public var count: Int { base.count }
  /// The base's levels.
  public var levels: Int? { base.levels }
  /// The base's digest, and after a colon which labels became which.
  public var digest: String { "\(base.digest):\(labels.map { $0.map(String.init) ?? "-" }.joined(separator: ","))" }

  /// The place of the sample's class among the network's.
  public func label(of sample: Int) -> Int {
    guard let label = labels[base.label(of: sample)] else { preconditionFailure("every sample's class has a label") }
    return label
  }

  /// The base's pixels.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) { base.load(sample, into: pixels) }

  /// The base's files.
  public func check() throws { try base.check() }

  /// The base hears it.
  public func expect(_ samples: [Int]) { base.expect(samples) }

  /// The base's file.
  public func origin(of sample: Int) -> String? { base.origin(of: sample) }

  /// The first ten, and how many there are of more.
  private static func list(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", … (\(names.count) in all)" : "")
  }
}
