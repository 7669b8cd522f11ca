import Tensors

/// The targets of some samples, as an objective takes them.
public struct Targets {
  /// The class of each position, where the data's targets are classes; else empty.
  public let classes: UnsafeBufferPointer<Int32>
  /// The target of each output, where the loss takes such; else empty.
  public let values: FloatBuffer
  /// How many of each a sample has.
  let counts: (classes: Int, values: Int)

  /// The targets of some of the samples.
  public func samples(_ range: Range<Int>) -> Targets {
    func part(_ count: Int) -> Range<Int> { range.lowerBound * count..<range.upperBound * count }
    return Targets(
      classes: UnsafeBufferPointer(rebasing: classes[part(counts.classes)]),
      values: FloatBuffer(rebasing: values[part(counts.values)]), counts: counts)
  }
}

/// Memory for the targets of a wave.
public final class TargetBuffer {
  private let objective: Objective
  private let counts: (classes: Int, values: Int)
  private let classes: UnsafeMutableBufferPointer<Int32>
  private let values: FloatStorage

  /// Makes room for `samples` samples.
  public init(_ objective: Objective, samples: Int) {
    self.objective = objective
    counts = objective.targetCounts
    classes = .allocate(capacity: max(samples * counts.classes, 1))
    classes.initialize(repeating: 0)
    values = FloatStorage(count: samples * counts.values)
  }

  deinit { classes.deallocate() }

  /// All of them.
  public var targets: Targets {
    Targets(classes: UnsafeBufferPointer(classes), values: values.buffer.reading, counts: counts)
  }

  /// Takes the targets of the wave's `index`-th sample: its classes, or its values, as the data have them.
  public func load(
    _ index: Int, classes loadClasses: (UnsafeMutableBufferPointer<Int32>) -> Void,
    values loadValues: (MutableFloatBuffer) -> Void
  ) {
    let own = values.buffer.part(index * counts.values..<(index + 1) * counts.values)
    guard counts.classes > 0 else { return loadValues(own) }
    let labels = UnsafeMutableBufferPointer(
      rebasing: classes[index * counts.classes..<(index + 1) * counts.classes])
    loadClasses(labels)
    guard !own.isEmpty else { return }
    // The number of the class itself, or a 1 for it among zeros.
    let width = own.count / labels.count
    own.update(repeating: 0)
    for (place, label) in labels.enumerated() {
      if width == 1 {
        own[place] = Float(label)
      } else if 0..<width ~= Int(label) {
        own[place * width + Int(label)] = 1
      }
    }
  }
}
