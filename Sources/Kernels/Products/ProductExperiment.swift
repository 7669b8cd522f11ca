import Synchronization
import Tensors

/// What OpenBLAS has shown so far of how it multiplies. Its code paths depend on the shapes of a product and never on its
/// numbers, so one comparison on random numbers speaks for all products of a shape.
///
/// It takes as long as a few products, so a shape that is met for the first time is not worth it: that may be the last time
/// too, as with what is left of a data set.
final class ProductExperiment<Product: Hashable & Sendable>: Sendable {
  /// What was shown; nil for what was met once.
  private let shown = Mutex<[Product: Bool?]>([:])

  /// The outcome for `product`: of `compare`, which is asked once, when the product is met again. Until then, false.
  func outcome(for product: Product, _ compare: () -> Bool) -> Bool {
    let known = shown.withLock { shown in
      let known = shown[product]
      if known == nil { shown[product] = .some(nil) }
      return known
    }
    guard let known else { return false }
    if let outcome = known { return outcome }
    let outcome = compare()
    shown.withLock { $0[product] = outcome }
    return outcome
  }

  /// `count` random floats in -0.5 ..< 0.5.
  static func numbers(_ count: Int, sample: Int = 0) -> FloatStorage {
    let numbers = FloatStorage(count: count)
    let key = RandomKey(seed: 0, purpose: .productExperiment, sample: sample)
    guard let target = numbers.buffer.baseAddress else { return numbers }
    for start in stride(from: 0, to: count, by: 64) {
      let words = key.lanes(UInt32(start / 4))
      for (k, word) in [words.0, words.1, words.2, words.3].enumerated() where start + 16 * k < count {
        let uniform = Lanes(word &>> 8) * 0x1p-24 - 0.5
        store(uniform, target + start + 16 * k, count - start - 16 * k)
      }
    }
    return numbers
  }
}

extension UnsafeMutableBufferPointer where Element == Float {
  /// Whether both hold the same bits.
  func hasBits(of other: MutableFloatBuffer) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
