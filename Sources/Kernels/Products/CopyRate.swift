import Tensors

/// How fast memory is copied on the calling thread: what ranks of one host exchange is copied from one to the other.
public enum CopyRate {
  /// The best of several copies of 16 MB, more than a core's own caches hold, in bytes a second.
  public static func measure() -> Double {
    let count = 1 << 22
    let (from, to) = (FloatStorage(count: count), FloatStorage(count: count))
    from.buffer.update(repeating: 1)
    let best = (0..<8).map { _ in ContinuousClock().measure { copy(from.buffer.reading, to: to.buffer) } }.min()
    return Double(count * MemoryLayout<Float>.stride) / ((best ?? .seconds(1)) / .seconds(1))
  }
}
