import Tensors

/// Another data set's samples with pixels from 0 to 255 instead of 0 to 1: for networks that scale them themselves.
public struct UnscaledSamples: Dataset {
  private let base: any Dataset

  /// The samples of `base`, whose pixels lie in 0 … 1.
  public init(of base: any Dataset) {
    self.base = base
  }

  /// The base's name.
  public var name: String { base.name }
  /// The base's shape.
  public var sampleShape: Shape { base.sampleShape }
  /// The base's classes.
  public var classNames: [String] { base.classNames }
  /// The base's targets.
  public var targets: TargetKind { base.targets }
  /// The base's count.
  public var count: Int { base.count }
  /// Not from 0 to 1.
  public var levels: Int? { nil }
  /// The base's digest: the samples are the same.
  public var digest: String { base.digest }
  /// The base's.
  public var earlierDigest: String? { base.earlierDigest }

  /// The base's label.
  public func label(of sample: Int) -> Int { base.label(of: sample) }
  /// The base's classes.
  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    base.loadClasses(of: sample, into: classes)
  }
  /// The base's values.
  public func loadValues(of sample: Int, into values: MutableFloatBuffer) { base.loadValues(of: sample, into: values) }

  /// The base's pixels times 255.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    base.load(sample, into: pixels)
    for i in 0..<pixels.count { pixels[i] *= 255 }
  }

  /// The base's files.
  public func check() throws { try base.check() }

  /// The base hears it.
  public func expect(_ samples: [Int]) { base.expect(samples) }

  /// The base's file.
  public func origin(of sample: Int) -> String? { base.origin(of: sample) }
}

extension TrainingData {
  /// The same samples with pixels from 0 to 255.
  public var unscaled: TrainingData {
    TrainingData(training: UnscaledSamples(of: training), validation: UnscaledSamples(of: validation))
  }
}
