import Tensors

/// Normalisation within one sample (P positions, C channels), whose channels stand in G groups of neighbours: each group is
/// brought to mean 0 and variance 1 over its channels and all positions, then each channel to a learnt scale and level.
///
///     y = γ·(x - μ)·s + β,   s = 1 / √(v + ε),   μ and v of the element's group
///
/// Sums are taken in double precision and in the order of memory.
public enum SampleNormalization {
  /// - Parameters:
  ///   - x: (P, C).
  ///   - groups: G, a divisor of C.
  ///   - gamma, beta: (C,); nil for 1 and 0.
  ///   - statistics: μ and s of each group, (G, 2), overwritten.
  ///   - y: (P, C), overwritten.
  public static func forward(
    x: FloatBuffer, channels: Int, groups: Int, epsilon: Float, gamma: FloatBuffer?, beta: FloatBuffer?,
    statistics: MutableFloatBuffer, y: MutableFloatBuffer
  ) {
    check(x.count, y.count, channels, groups, statistics.count)
    let width = channels / groups
    for group in 0..<groups {
      let first = group * width
      var (sum, squares) = (0.0, 0.0)
      for row in stride(from: first, to: x.count, by: channels) {
        for c in 0..<width { sum += Double(x[row + c]) }
      }
      let count = Double(x.count / groups)
      let mean = sum / count
      for row in stride(from: first, to: x.count, by: channels) {
        for c in 0..<width {
          let distance = Double(x[row + c]) - mean
          squares += distance * distance
        }
      }
      let inverse = Float(1 / (squares / count + Double(epsilon)).squareRoot())
      (statistics[2 * group], statistics[2 * group + 1]) = (Float(mean), inverse)
      for row in stride(from: first, to: x.count, by: channels) {
        for c in 0..<width {
          let normal = (x[row + c] - Float(mean)) * inverse
          y[row + c] = (gamma.map { $0[first + c] } ?? 1) * normal + (beta.map { $0[first + c] } ?? 0)
        }
      }
    }
  }

  /// With g = dy·γ and x̂ = (x - μ)·s, `dx = s·(g - mean(g) - x̂·mean(g·x̂))`, means over the group.
  ///
  /// - Parameters:
  ///   - statistics: as forward left them.
  ///   - dx: (P, C), overwritten.
  public static func inputGradient(
    x: FloatBuffer, dy: FloatBuffer, channels: Int, groups: Int, gamma: FloatBuffer?, statistics: FloatBuffer,
    dx: MutableFloatBuffer
  ) {
    check(x.count, dx.count, channels, groups, statistics.count)
    let width = channels / groups
    for group in 0..<groups {
      let (first, mean, inverse) = (group * width, statistics[2 * group], statistics[2 * group + 1])
      var (sum, product) = (0.0, 0.0)
      for row in stride(from: first, to: x.count, by: channels) {
        for c in 0..<width {
          let g = dy[row + c] * (gamma.map { $0[first + c] } ?? 1)
          sum += Double(g)
          product += Double(g) * Double((x[row + c] - mean) * inverse)
        }
      }
      let count = Double(x.count / groups)
      let (average, slope) = (Float(sum / count), Float(product / count))
      for row in stride(from: first, to: x.count, by: channels) {
        for c in 0..<width {
          let g = dy[row + c] * (gamma.map { $0[first + c] } ?? 1)
          dx[row + c] = inverse * (g - average - (x[row + c] - mean) * inverse * slope)
        }
      }
    }
  }

  /// Adds `dγ = Σ dy·x̂` and `dβ = Σ dy` over the positions.
  ///
  /// - Parameters:
  ///   - dgamma, dbeta: (C,); nil where there is none.
  public static func addParameterGradients(
    x: FloatBuffer, dy: FloatBuffer, channels: Int, groups: Int, statistics: FloatBuffer, dgamma: MutableFloatBuffer?,
    dbeta: MutableFloatBuffer?
  ) {
    check(x.count, dy.count, channels, groups, statistics.count)
    let width = channels / groups
    for row in stride(from: 0, to: x.count, by: channels) {
      for c in 0..<channels {
        let group = c / width
        if let dgamma { dgamma[c] += dy[row + c] * (x[row + c] - statistics[2 * group]) * statistics[2 * group + 1] }
        if let dbeta { dbeta[c] += dy[row + c] }
      }
    }
  }

  private static func check(_ x: Int, _ y: Int, _ channels: Int, _ groups: Int, _ statistics: Int) {
    precondition(
      x == y && x % channels == 0 && channels % groups == 0 && statistics == 2 * groups, "the buffers do not fit")
  }
}
