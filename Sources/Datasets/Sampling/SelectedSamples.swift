import Files
import Tensors

/// Some samples of another data set, in an order of their own.
public struct SelectedSamples: Dataset {
  private let base: any Dataset
  private let samples: [Int]
  /// The whole set's digest, and after a colon XXH3 over which samples of it these are.
  public let digest: String

  /// Takes the samples `samples` of `base`, at least one.
  public init(of base: any Dataset, _ samples: [Int]) {
    precondition(!samples.isEmpty && samples.allSatisfy { 0..<base.count ~= $0 }, "no samples, or some of no data set")
    self.base = base
    self.samples = samples
    digest = "\(base.digest):\(samples.withUnsafeBytes { Digest.of($0, .xxh3) })"
  }

  /// How many samples were taken.
  public var count: Int { samples.count }
  /// The whole set's name.
  public var name: String { base.name }
  /// The whole set's shape.
  public var sampleShape: Shape { base.sampleShape }
  /// The whole set's classes.
  public var classNames: [String] { base.classNames }
  /// The whole set's levels.
  public var levels: Int? { base.levels }
  /// The whole set's targets.
  public var targets: TargetKind { base.targets }

  /// The whole set's check.
  public func check() throws { try base.check() }
  /// The whole set hears it.
  public func expect(_ samples: [Int]) { base.expect(samples.map { self.samples[$0] }) }
  /// The whole set's file.
  public func origin(of sample: Int) -> String? { base.origin(of: samples[sample]) }
  /// The whole set's label.
  public func label(of sample: Int) -> Int { base.label(of: samples[sample]) }
  /// The whole set's classes.
  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    base.loadClasses(of: samples[sample], into: classes)
  }
  /// The whole set's values.
  public func loadValues(of sample: Int, into values: MutableFloatBuffer) {
    base.loadValues(of: samples[sample], into: values)
  }
  /// The whole set's pixels.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) { base.load(samples[sample], into: pixels) }
}
