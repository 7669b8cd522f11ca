import Files
import Tensors

/// Samples that stand in memory, with their targets.
public struct BufferSamples: Dataset {
  /// What a user calls them.
  public let name: String
  /// The shape of one sample, channels last.
  public let sampleShape: Shape
  /// Classes, or values.
  public let targets: TargetKind
  /// What the classes are called; none where targets are values.
  public let classNames: [String]
  /// How many there are.
  public let count: Int
  /// XXH3 over shape, classes, samples and targets.
  public let digest: String
  /// Any numbers.
  public var levels: Int? { nil }

  private let samples: [Float]
  /// The classes; empty where targets are values.
  private let classes: [Int32]
  /// The values; empty where targets are classes.
  private let values: [Float]

  /// Samples of a class each.
  ///
  /// - Parameters:
  ///   - name: what the data set is called.
  ///   - shape: that of one sample, channels last.
  ///   - samples: one after the other, channels last: as many floats as there are labels, times `shape`.
  ///   - labels: the class of each, an index into `classNames`; at least one.
  ///   - classNames: the names of the classes.
  public init(name: String, shape: Shape, samples: [Float], labels: [Int32], classNames: [String]) {
    precondition(labels.allSatisfy { classNames.indices.contains(Int($0)) }, "a label is none of the classes")
    self.init(name, shape, samples, .classes(classNames.count, positions: []), classNames, labels, [])
  }

  /// Samples with a class at each of some positions, of `count` classes.
  public init(name: String, shape: Shape, samples: [Float], classes: [Int32], of count: Int, positions: Shape) {
    precondition(classes.allSatisfy { 0..<Int32(count) ~= $0 }, "a class is none of \(count)")
    self.init(
      name, shape, samples, .classes(count, positions: positions), (0..<count).map(String.init), classes, [])
  }

  /// Samples with values of shape `targets` each.
  public init(name: String, shape: Shape, samples: [Float], values: [Float], targets: Shape) {
    self.init(name, shape, samples, .values(targets), [], [], values)
  }

  private init(
    _ name: String, _ shape: Shape, _ samples: [Float], _ targets: TargetKind, _ classNames: [String],
    _ classes: [Int32], _ values: [Float]
  ) {
    let count = samples.count / shape.count
    precondition(
      count > 0 && samples.count == count * shape.count && classes.count + values.count == count * targets.count,
      "\(samples.count) floats and \(classes.count + values.count) targets are no samples of \(shape)")
    (self.name, sampleShape, self.targets, self.classNames, self.count) = (name, shape, targets, classNames, count)
    (self.samples, self.classes, self.values) = (samples, classes, values)
    var digest = Digest(.xxh3)
    Array("\(classNames) \(shape) \(targets)".utf8).withUnsafeBytes { digest.update($0) }
    samples.withUnsafeBytes { digest.update($0) }
    classes.withUnsafeBytes { digest.update($0) }
    values.withUnsafeBytes { digest.update($0) }
    self.digest = digest.finish()
  }

  /// The sample's class, or its first.
  public func label(of sample: Int) -> Int {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    return Int(classes[sample * targets.count])
  }

  /// The class of each position.
  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    let start = sample * targets.count
    for place in classes.indices { classes[place] = self.classes[start + place] }
  }

  /// The values.
  public func loadValues(of sample: Int, into values: MutableFloatBuffer) {
    let start = sample * targets.count
    for place in values.indices { values[place] = self.values[start + place] }
  }

  /// The sample's floats as they are.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    samples.withUnsafeBufferPointer { samples in
      for place in pixels.indices { pixels[place] = samples[sample * sampleShape.count + place] }
    }
  }
}
