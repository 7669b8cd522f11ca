/// The first samples of another data set.
public struct FirstSamples: DatasetView {
  /// The whole set.
  public let base: any Dataset
  /// How many samples were taken.
  public let count: Int

  /// Takes the first `count` samples of `base`, which has at least that many.
  public init(of base: any Dataset, count: Int) {
    precondition(1...base.count ~= count, "\(count) samples cannot be taken from \(base.count)")
    self.base = base
    self.count = count
  }

  /// The whole set's digest, and the count after a colon.
  public var digest: String { "\(base.digest):\(count)" }

  /// Likewise.
  public var earlierDigest: String? { base.earlierDigest.map { "\($0):\(count)" } }

  /// The same, of those that were taken.
  public func place(of sample: Int) -> Int {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    return sample
  }
}
