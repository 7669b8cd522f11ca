import Tensors

/// Noise of any shape with labels in turn, for measuring speed: it needs no files, and a sample costs what one of a mapped
/// file does.
public struct NoiseImages: Dataset {
  /// Different samples of so many bytes are kept, more than caches hold; the others repeat them. A benchmark's memory is to be
  /// the network's, not the noise's.
  private static let keptBytes = 8_000_000

  public let sampleShape: Shape
  public let targets: TargetKind
  public let classNames: [String]
  public let count: Int
  /// How many different samples there are.
  private let kept: Int
  private let bytes: [UInt8]

  /// `count` samples of `shape` in `classes` classes.
  public init(_ count: Int, shape: Shape, classes: Int) {
    self.init(count, shape: shape, targets: .classes(classes, positions: []))
  }

  /// `count` samples of `shape` with targets of any kind.
  public init(_ count: Int, shape: Shape, targets: TargetKind) {
    precondition(count > 0, "noise has samples")
    self.targets = targets
    let classes = if case .classes(let classes, _) = targets { classes } else { 1 }
    self.count = count
    sampleShape = shape
    classNames = (0..<classes).map(String.init)
    var random = RandomSequence(RandomKey(seed: 0, purpose: .synthesis))
    kept = max(1, min(count, Self.keptBytes / shape.count))
    bytes = (0..<kept * shape.count).map { _ in UInt8(truncatingIfNeeded: random.nextWord()) }
  }

  /// `noise`.
  public var name: String { "noise" }
  /// The shape, the count and the classes.
  public var digest: String { "\(sampleShape) \(count) \(classNames.count)" }

  public func label(of sample: Int) -> Int { sample % classNames.count }

  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    for place in classes.indices { classes[place] = Int32(label(of: sample + place)) }
  }

  public func loadValues(of sample: Int, into values: MutableFloatBuffer) {
    for place in values.indices { values[place] = Float((sample + place) % 2) }
  }

  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    let start = sample % kept * sampleShape.count
    for index in 0..<sampleShape.count { pixels[index] = Float(bytes[start + index]) / 255 }
  }
}
