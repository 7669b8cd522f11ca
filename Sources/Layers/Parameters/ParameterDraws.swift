import Glibc
import Tensors

/// The random numbers of one parameter's start.
struct ParameterDraws {
  private let key: RandomKey

  init(_ key: RandomKey) {
    self.key = key
  }

  /// 64 draws at a time, each of 24 random bits: exact in float32, so the same on every machine.
  func fillUniform(_ values: MutableFloatBuffer, limit: Float) {
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

  /// Normal numbers, those beyond `bound` standard deviations left out, in Double.
  func fillNormal(
    _ values: MutableFloatBuffer, mean: Double = 0, deviation: Double, bound: Double = .infinity
  ) {
    var place = 0
    forEachNormal { normal in
      guard abs(normal) <= bound else { return true }
      values[place] = Float(mean + normal * deviation)
      place += 1
      return place < values.count
    }
  }

  /// A matrix of normal numbers made orthonormal column by column (modified Gram-Schmidt, twice over so that no rounding is
  /// left), the longer side down. A column keeps the sign of what was drawn, which makes all directions alike.
  func fillOrthogonal(_ values: MutableFloatBuffer, shape: Shape, gain: Double) {
    let columns = shape[shape.rank - 1]
    let rows = values.count / columns
    let (length, count) = (max(rows, columns), min(rows, columns))
    var vectors: [[Double]] = [[]]
    forEachNormal { normal in
      vectors[vectors.count - 1].append(normal)
      guard vectors[vectors.count - 1].count == length else { return true }
      var vector = vectors.removeLast()
      for _ in 0..<2 {
        for other in vectors {
          let share = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for i in 0..<length { vector[i] -= share * other[i] }
        }
      }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vectors.append(vector.map { $0 / norm })
      if vectors.count < count { vectors.append([]) }
      return vectors.last?.isEmpty ?? false
    }
    for row in 0..<rows {
      for column in 0..<columns {
        values[row * columns + column] = Float(
          gain * (rows >= columns ? vectors[column][row] : vectors[row][column]))
      }
    }
  }

  private func forEachNormal(_ take: (Double) -> Bool) { Layers.forEachNormal(key, take) }

  /// The standard deviation of a standard normal number that is known to lie in -2 … 2: √(1 - 4·φ(2) / (2·Φ(2) - 1)).
  static let truncatedDeviation = 0.879_625_661_034_239_78
}

/// Normal numbers in pairs by Marsaglia's polar method (Marsaglia and Bray, "A convenient method for generating normal
/// variables", 1964), in Double, until `take` returns false.
func forEachNormal(_ key: RandomKey, _ take: (Double) -> Bool) {
  var words = RandomSequence(key)
  while true {
    let (u, v) = (2 * Double(words.uniform()) - 1, 2 * Double(words.uniform()) - 1)
    let square = u * u + v * v
    guard square > 0 && square < 1 else { continue }
    let factor = (-2 * log(square) / square).squareRoot()
    guard take(u * factor), take(v * factor) else { return }
  }
}

/// `count` normal numbers, each with its place.
func forEachNormal(_ count: Int, _ key: RandomKey, _ take: (Int, Float) -> Void) {
  var place = 0
  forEachNormal(key) { normal in
    take(place, Float(normal))
    place += 1
    return place < count
  }
}
