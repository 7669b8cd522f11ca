/// Cuts epochs into global batches. The last batch of an epoch may be short and counts with its true size; no sample is
/// dropped or repeated.
public struct BatchPlan: Sendable {
  /// One global batch.
  public struct Batch: Hashable, Sendable {
    /// Which epoch, from 0.
    public let epoch: Int
    /// Where its samples stand in that epoch's order.
    public let positions: Range<Int>
  }

  /// The training samples of one epoch.
  public let samples: Int
  /// The samples of every batch but an epoch's last.
  public let batchSize: Int

  /// Plans epochs of `samples` samples in batches of `batchSize`, both at least 1.
  public init(samples: Int, batchSize: Int) {
    precondition(samples > 0 && batchSize > 0, "\(samples) samples in batches of \(batchSize) make no steps")
    self.samples = samples
    self.batchSize = batchSize
  }

  /// ceil(samples / batchSize).
  public var stepsPerEpoch: Int { (samples - 1) / batchSize + 1 }

  /// The batch of global step `step`, counted from 0 over all epochs.
  public func batch(step: Int) -> Batch {
    precondition(step >= 0, "steps are counted from 0")
    let (epoch, index) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    let start = index * batchSize
    return Batch(epoch: epoch, positions: start..<start + min(batchSize, samples - start))
  }
}
