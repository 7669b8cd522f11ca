import Tensors

/// The order in which an epoch visits the training samples: a function of seed and epoch alone, the same on every rank.
public struct SampleOrder: Sendable {
  /// How many samples there are.
  public let samples: Int
  /// The seed of the shuffle, or nil for the data set's own order.
  public let seed: UInt64?

  /// Orders `samples` samples, shuffled by `seed`, or not at all where it is nil.
  public init(samples: Int, seed: UInt64?) {
    precondition(1...Int(Int32.max) ~= samples, "\(samples) samples cannot be ordered")
    self.samples = samples
    self.seed = seed
  }

  /// The sample at each position of epoch `epoch`: a uniform permutation by the Fisher–Yates shuffle (Durstenfeld's
  /// Algorithm 235, 1964).
  public func order(epoch: Int) -> [Int32] {
    var order = Array(0..<Int32(samples))
    guard let seed else { return order }
    var random = RandomSequence(RandomKey(seed: seed, purpose: .shuffling, epoch: epoch))
    for last in stride(from: samples - 1, to: 0, by: -1) {
      order.swapAt(last, Int(random.below(UInt32(last + 1))))
    }
    return order
  }
}
