import Synchronization
import Tensors

/// What OpenBLAS has shown so far of how it multiplies. Its code paths depend on the shapes of a product and never on its
/// numbers, so one comparison on random numbers speaks for all products of a shape.
final class ProductExperiment<Product: Hashable & Sendable>: Sendable {
  private let shown = Mutex<[Product: Bool]>([:])

  /// The outcome for `product`: of `compare`, which is asked once.
  func outcome(for product: Product, _ compare: () -> Bool) -> Bool {
    if let known = shown.withLock({ $0[product] }) { return known }
    let outcome = compare()
    shown.withLock { $0[product] = outcome }
    return outcome
  }

  /// `count` random floats.
  static func numbers(_ count: Int, sample: Int = 0) -> FloatStorage {
    let numbers = FloatStorage(count: count)
    var random = RandomSequence(RandomKey(seed: 0, purpose: .productExperiment, sample: sample))
    for i in 0..<count { numbers.buffer[i] = random.uniform() - 0.5 }
    return numbers
  }
}

extension UnsafeMutableBufferPointer where Element == Float {
  /// Whether both hold the same bits.
  func hasBits(of other: MutableFloatBuffer) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
