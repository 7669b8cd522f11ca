import Tensors

extension FloatStorage {
  /// A copy of `values`.
  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    _ = buffer.update(fromContentsOf: values)
  }

  /// What was left here.
  var floats: [Float] { Array(buffer) }
}

/// `count` floats in [-1, 1), the same for the same seed.
func fractions(_ count: Int, seed: UInt64) -> [Float] {
  var words = RandomSequence(RandomKey(seed: seed, purpose: .synthesis))
  return (0..<count).map { _ in 2 * words.uniform() - 1 }
}
