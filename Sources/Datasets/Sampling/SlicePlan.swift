import Tensors

/// Cuts one global batch into slices, the units of work, and the slices into one contiguous run for each rank.
public struct SlicePlan: Sendable {
  /// The samples of the batch.
  public let samples: Int
  /// The samples of every slice but the last, which may be shorter.
  public let sliceSize: Int

  /// Plans a batch of `samples` samples in slices of `sliceSize`, both at least 1.
  public init(samples: Int, sliceSize: Int) {
    precondition(samples > 0 && sliceSize > 0, "\(samples) samples in slices of \(sliceSize) make no work")
    self.samples = samples
    self.sliceSize = sliceSize
  }

  /// ceil(samples / sliceSize).
  public var count: Int { (samples - 1) / sliceSize + 1 }

  /// The samples of slice `slice`, counted from the batch's first.
  public func range(of slice: Int) -> Range<Int> {
    precondition(0..<count ~= slice, "slice \(slice) of \(count)")
    let start = slice * sliceSize
    return start..<start + min(sliceSize, samples - start)
  }

  /// The slices that rank `rank` of `world` owns. Shares differ by at most one slice; they are empty for some ranks where
  /// there are more ranks than slices.
  public func share(of rank: Int, world: Int) -> Range<Int> {
    (0..<count).share(rank, of: world)
  }
}
