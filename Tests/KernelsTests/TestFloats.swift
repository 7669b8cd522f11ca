import Tensors
import Testing

extension FloatStorage {
  /// A copy of `values`.
  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    _ = buffer.update(fromContentsOf: values)
  }

  /// What a kernel must overwrite: were one float of it read or left, a NaN would show.
  convenience init(nan count: Int) {
    self.init([Float](repeating: .nan, count: count))
  }

  /// What the kernels left here.
  var floats: [Float] { Array(buffer) }

  /// The storage as samples of `shape`, as many as fit.
  func view(_ shape: Shape) -> TensorView {
    TensorView(samples: buffer.count / shape.count, shape: shape, buffer: buffer)
  }
}

/// What random test data are made of.
enum Values: String, CaseIterable {
  /// -4 … 4: float32 adds up products of these without rounding, in any order, as long as a sum stays below 2^24. A kernel
  /// must give the very numbers of its reference.
  case whole
  /// Uniform in [-1, 1).
  case fractional

  /// `count` values, the same for the same seed.
  func random(_ count: Int, seed: UInt64) -> [Float] {
    var words = RandomSequence(RandomKey(seed: seed, purpose: .synthesis))
    return (0..<count).map { _ in self == .whole ? Float(words.below(9)) - 4 : 2 * words.uniform() - 1 }
  }
}

/// Expects the same bits, so that -0 differs from 0 and a NaN equals itself. Names the first element that differs: `==` in
/// an `#expect` would work out a whole edit script between long arrays.
func expectSameBits(_ floats: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(floats.count == expected.count, sourceLocation: sourceLocation)
  let difference = zip(floats, expected).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }
  guard let (index, pair) = difference else { return }
  Issue.record("element \(index) is \(pair.0), expected \(pair.1)", sourceLocation: sourceLocation)
}
