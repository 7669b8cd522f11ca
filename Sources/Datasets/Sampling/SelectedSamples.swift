import Files

/// Some samples of another data set, in an order of their own.
public struct SelectedSamples: DatasetView {
  /// The whole set.
  public let base: any Dataset
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

  /// Where it was taken from.
  public func place(of sample: Int) -> Int { samples[sample] }
}
