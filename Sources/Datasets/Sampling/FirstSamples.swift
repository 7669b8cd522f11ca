import Tensors

/// The first samples of another data set.
public struct FirstSamples: Dataset {
  private let base: any Dataset
  /// How many samples were taken.
  public let count: Int

  /// Takes the first `count` samples of `base`, which has at least that many.
  public init(of base: any Dataset, count: Int) {
    precondition(1...base.count ~= count, "\(count) samples cannot be taken from \(base.count)")
    self.base = base
    self.count = count
  }

  /// The whole set's name.
  public var name: String { base.name }
  /// The whole set's shape.
  public var sampleShape: Shape { base.sampleShape }
  /// The whole set's classes.
  public var classNames: [String] { base.classNames }
  /// The whole set's levels.
  public var levels: Int? { base.levels }
  /// The whole set's digest, and the count after a colon.
  public var digest: String { "\(base.digest):\(count)" }

  /// Likewise.
  public var earlierDigest: String? { base.earlierDigest.map { "\($0):\(count)" } }

  /// The whole set's check.
  public func check() throws { try base.check() }

  /// The base hears it.
  public func expect(_ samples: [Int]) { base.expect(samples) }

  /// The base's file.
  public func origin(of sample: Int) -> String? { base.origin(of: sample) }

  /// The whole set's label.
  public func label(of sample: Int) -> Int {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    return base.label(of: sample)
  }

  /// The whole set's targets.
  public var targets: TargetKind { base.targets }

  /// The whole set's classes.
  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    base.loadClasses(of: sample, into: classes)
  }

  /// The whole set's values.
  public func loadValues(of sample: Int, into values: MutableFloatBuffer) { base.loadValues(of: sample, into: values) }

  /// The whole set's pixels.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    base.load(sample, into: pixels)
  }
}
