import Tensors

/// How a parameter starts.
public enum Initializer: String, Sendable, Codable {
  /// All zero.
  case zeros
  /// Uniform in ±sqrt(6 / (fan in + fan out)) (Glorot and Bengio, "Understanding the difficulty of training deep
  /// feedforward neural networks", 2010).
  case glorotUniform = "glorot_uniform"

  /// Fills `values`, a tensor of `shape`, with draws that depend on the seed and on `parameter`, its place in the model.
  public func fill(_ values: MutableFloatBuffer, shape: Shape, seed: UInt64, parameter: Int) {
    switch self {
    case .zeros: values.update(repeating: 0)
    case .glorotUniform:
      let (fanIn, fanOut) = Self.fans(shape)
      let limit = (6 / Float(fanIn + fanOut)).squareRoot()
      fillUniform(values, limit: limit, key: RandomKey(seed: seed, purpose: .initialization(parameter: parameter)))
    }
  }

  /// How many inputs and outputs one element of a kernel (taps…, in, out) sees, as Keras counts them.
  static func fans(_ shape: Shape) -> (in: Int, out: Int) {
    guard shape.rank >= 2 else { return (shape.count, shape.count) }
    let taps = shape.dimensions.dropLast(2).reduce(1, *)
    return (taps * shape[shape.rank - 2], taps * shape[shape.rank - 1])
  }

  /// 64 draws at a time, each of 24 random bits: exact in float32, so the same on every machine.
  private func fillUniform(_ values: MutableFloatBuffer, limit: Float, key: RandomKey) {
    let group = 64
    for start in stride(from: 0, to: values.count, by: group) {
      let words = key.lanes(UInt32(start / 4))
      let count = min(group, values.count - start)
      for (k, word) in [words.0, words.1, words.2, words.3].enumerated() {
        let uniform = SIMD16<Float>(word &>> 8) * 0x1p-23 - 1
        for lane in 0..<16 where 16 * k + lane < count { values[start + 16 * k + lane] = uniform[lane] * limit }
      }
    }
  }
}
