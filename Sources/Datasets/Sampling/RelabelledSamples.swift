import Files
import Tensors

/// Another data set's samples with the labels that a network gives their classes: by name.
public struct RelabelledSamples: DatasetView {
  /// The other data set.
  public let base: any Dataset
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

  /// The base's digest, and after a colon which labels became which.
  public var digest: String { "\(base.digest):\(labels.map { $0.map(String.init) ?? "-" }.joined(separator: ","))" }

  /// The place of the sample's class among the network's.
  public func label(of sample: Int) -> Int {
    guard let label = labels[base.label(of: sample)] else { preconditionFailure("every sample's class has a label") }
    return label
  }

  /// One of the network's classes a sample.
  public var targets: TargetKind { .classes(classNames.count, positions: []) }

  /// The sample's label here.
  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    classes[0] = Int32(label(of: sample))
  }

  /// The first ten, and how many there are of more.
  private static func list(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", … (\(names.count) in all)" : "")
  }
}
