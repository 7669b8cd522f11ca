import Glibc
import Tensors

/// How a parameter starts, as Keras's initializers of these names do. What is drawn depends on the seed and on the
/// parameter's place in the model.
///
/// Glorot's (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010) have
/// variance 2 / (fan in + fan out), He's (He et al., "Delving deep into rectifiers", 2015) 2 / fan in.
public enum Initializer: Hashable, Sendable {
  /// All zero.
  case zeros
  /// All one.
  case ones
  /// All the same.
  case constant(Float)
  /// Uniform in ±sqrt(6 / (fan in + fan out)).
  case glorotUniform
  /// Normal, cut off at two of its standard deviations and widened to the variance 2 / (fan in + fan out) again.
  case glorotNormal
  /// Uniform in ±sqrt(6 / fan in).
  case heUniform
  /// Normal, cut off at two of its standard deviations and widened to the variance 2 / fan in again.
  case heNormal

  /// Fills `values`, a tensor of `shape`, with draws that depend on the seed and on `parameter`, its place in the model.
  public func fill(_ values: MutableFloatBuffer, shape: Shape, seed: UInt64, parameter: Int) {
    let (fanIn, fanOut) = Self.fans(shape)
    let key = RandomKey(seed: seed, purpose: .initialization(parameter: parameter))
    switch self {
    case .zeros: values.update(repeating: 0)
    case .ones: values.update(repeating: 1)
    case .constant(let value): values.update(repeating: value)
    case .glorotUniform: fillUniform(values, limit: (6 / Float(fanIn + fanOut)).squareRoot(), key: key)
    case .heUniform: fillUniform(values, limit: (6 / Float(fanIn)).squareRoot(), key: key)
    case .glorotNormal: fillNormal(values, variance: 2 / Double(fanIn + fanOut), key: key)
    case .heNormal: fillNormal(values, variance: 2 / Double(fanIn), key: key)
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

  /// Normal numbers in pairs by Marsaglia's polar method (Marsaglia and Bray, "A convenient method for generating normal
  /// variables", 1964), those beyond two standard deviations left out, in Double.
  private func fillNormal(_ values: MutableFloatBuffer, variance: Double, key: RandomKey) {
    let scale = variance.squareRoot() / Self.truncatedDeviation
    var words = RandomSequence(key)
    var place = 0
    while place < values.count {
      let (u, v) = (2 * Double(words.uniform()) - 1, 2 * Double(words.uniform()) - 1)
      let square = u * u + v * v
      guard square > 0 && square < 1 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      for normal in [u * factor, v * factor] where abs(normal) <= 2 && place < values.count {
        values[place] = Float(normal * scale)
        place += 1
      }
    }
  }

  /// The standard deviation of a standard normal number that is known to lie in -2 … 2: √(1 - 4·φ(2) / (2·Φ(2) - 1)).
  private static let truncatedDeviation = 0.879_625_661_034_239_78
}
