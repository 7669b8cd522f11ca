import Tensors

extension FloatStorage {
  /// A copy of `values`.
  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    _ = buffer.update(fromContentsOf: values)
  }

  /// What a layer must overwrite: were one float of it read or left, a NaN would show.
  convenience init(nan count: Int) {
    self.init([Float](repeating: .nan, count: count))
  }

  /// What the layer left here.
  var floats: [Float] { Array(buffer) }
}

/// `count` whole numbers in -limit … limit, the same for the same seed.
func wholeNumbers(_ count: Int, upTo limit: UInt32, seed: UInt64) -> [Float] {
  var words = RandomSequence(RandomKey(seed: seed, purpose: .synthesis))
  return (0..<count).map { _ in Float(words.below(2 * limit + 1)) - Float(limit) }
}

/// `count` floats in [-limit, limit), the same for the same seed.
func fractions(_ count: Int, below limit: Float, seed: UInt64) -> [Float] {
  var words = RandomSequence(RandomKey(seed: seed, purpose: .synthesis))
  return (0..<count).map { _ in (2 * words.uniform() - 1) * limit }
}
