import Tensors

/// Another data set's samples with pixels from 0 to 255 instead of 0 to 1: for networks that scale them themselves.
public struct UnscaledSamples: DatasetView {
  /// The data set whose pixels lie in 0 … 1.
  public let base: any Dataset

  /// The samples of `base`, whose pixels lie in 0 … 1.
  public init(of base: any Dataset) {
    self.base = base
  }

  /// Not from 0 to 1.
  public var levels: Int? { nil }
  /// The base's digest: the samples are the same.
  public var digest: String { base.digest }
  /// The base's.
  public var earlierDigest: String? { base.earlierDigest }

  /// The base's pixels times 255.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    base.load(sample, into: pixels)
    for i in 0..<pixels.count { pixels[i] *= 255 }
  }
}

extension TrainingData {
  /// The same samples with pixels from 0 to 255.
  public var unscaled: TrainingData {
    TrainingData(training: UnscaledSamples(of: training), validation: UnscaledSamples(of: validation))
  }
}
