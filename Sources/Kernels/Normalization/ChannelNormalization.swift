import Tensors

/// The arithmetic of batch normalisation (Ioffe and Szegedy, "Batch normalization", 2015) over rows of C channels.
///
///     x (R, C) · μ, v mean and biased variance of each channel · s = 1 / √(v + ε) · x̂ = (x - μ)·s · y = γ·x̂ + β
///
/// Sums run over blocks of rows, whose sums are added in order: a fixed order, and with a rounding error that grows with
/// the rows of a block and the number of blocks, not with their product.
public enum ChannelNormalization {
  private static let blockRows = 128

  /// `mean[c] = Σ x[·, c] / R`, `variance[c] = Σ (x[·, c] - mean[c])² / R`.
  ///
  /// - Parameters:
  ///   - x: (R, C).
  ///   - mean, variance: (C,), overwritten.
  public static func statistics(x: FloatBuffer, mean: MutableFloatBuffer, variance: MutableFloatBuffer) {
    let channels = mean.count
    precondition(variance.count == channels && x.count > 0 && x.count % channels == 0, "channels do not fit")
    guard let source = x.baseAddress, let means = mean.baseAddress, let variances = variance.baseAddress else { return }
    let rows = Float(x.count / channels)
    for first in stride(from: 0, to: channels, by: Lanes.scalarCount) {
      let width = channels - first
      let center = sum(x.count, channels, first) { load(source + $0, width) } / rows
      let squares = sum(x.count, channels, first) { row in
        let deviation = load(source + row, width) - center
        return deviation * deviation
      }
      store(center, means + first, width)
      store(squares / rows, variances + first, width)
    }
  }

  /// `s[c] = 1 / √(v[c] + ε)`.
  public static func inverseDeviation(variance: FloatBuffer, epsilon: Float, into inverse: MutableFloatBuffer) {
    precondition(variance.count == inverse.count, "channels do not fit")
    for c in 0..<variance.count { inverse[c] = 1 / (variance[c] + epsilon).squareRoot() }
  }

  /// `y = γ·(x - μ)·s + β`.
  ///
  /// - Parameters:
  ///   - x: (R, C).
  ///   - mean, inverse: μ and s, (C,).
  ///   - gamma, beta: (C,), or nil for 1 and 0.
  ///   - y: (R, C), overwritten.
  public static func forward(
    x: FloatBuffer, mean: FloatBuffer, inverse: FloatBuffer, gamma: FloatBuffer?, beta: FloatBuffer?,
    y: MutableFloatBuffer
  ) {
    let channels = mean.count
    precondition(x.count == y.count && x.count % channels == 0 && inverse.count == channels, "channels do not fit")
    precondition(gamma?.count ?? channels == channels && beta?.count ?? channels == channels, "channels do not fit")
    guard let source = x.baseAddress, let target = y.baseAddress else { return }
    for first in stride(from: 0, to: channels, by: Lanes.scalarCount) {
      let width = channels - first
      let center = lanes(mean, first)
      let scale = lanes(inverse, first) * (gamma.map { lanes($0, first) } ?? Lanes(repeating: 1))
      let shift = beta.map { lanes($0, first) } ?? Lanes()
      for row in stride(from: first, to: x.count, by: channels) {
        store((load(source + row, width) - center) * scale + shift, target + row, width)
      }
    }
  }

  /// `dβ[c] = Σ dy[·, c]`, `dγ[c] = Σ dy[·, c]·x̂[·, c]`: the gradients of the parameters, and all that the input's gradient
  /// needs to know of the other rows.
  ///
  /// - Parameters:
  ///   - x, dy: (R, C).
  ///   - mean, inverse: μ and s, (C,).
  ///   - dgamma, dbeta: (C,), overwritten.
  public static func parameterGradients(
    x: FloatBuffer, dy: FloatBuffer, mean: FloatBuffer, inverse: FloatBuffer, dgamma: MutableFloatBuffer,
    dbeta: MutableFloatBuffer
  ) {
    let channels = mean.count
    precondition(x.count == dy.count && x.count % channels == 0 && inverse.count == channels, "channels do not fit")
    precondition(dgamma.count == channels && dbeta.count == channels, "channels do not fit")
    guard let source = x.baseAddress, let gradient = dy.baseAddress else { return }
    guard let gammas = dgamma.baseAddress, let betas = dbeta.baseAddress else { return }
    for first in stride(from: 0, to: channels, by: Lanes.scalarCount) {
      let width = channels - first
      let (center, scale) = (lanes(mean, first), lanes(inverse, first))
      store(sum(x.count, channels, first) { load(gradient + $0, width) }, betas + first, width)
      let products = sum(x.count, channels, first) { load(gradient + $0, width) * (load(source + $0, width) - center) }
      store(products * scale, gammas + first, width)
    }
  }

  /// The gradient of the input. Forward's μ and s depend on every row, so `dx = γ·s·(dy - (dβ + x̂·dγ) / R)`; where they are
  /// constants, as in inference, `dx = γ·s·dy`.
  ///
  /// - Parameters:
  ///   - x, dy: (R, C).
  ///   - mean, inverse, gamma: μ, s and γ, (C,); no gamma is 1.
  ///   - dgamma, dbeta: from `parameterGradients`; nil where μ and s are constants.
  ///   - dx: (R, C), overwritten.
  public static func inputGradient(
    x: FloatBuffer, dy: FloatBuffer, mean: FloatBuffer, inverse: FloatBuffer, gamma: FloatBuffer?,
    throughStatistics sums: (dgamma: FloatBuffer, dbeta: FloatBuffer)?, dx: MutableFloatBuffer
  ) {
    let channels = mean.count
    precondition(x.count == dy.count && x.count == dx.count && x.count % channels == 0, "channels do not fit")
    precondition(inverse.count == channels && gamma?.count ?? channels == channels, "channels do not fit")
    guard let source = x.baseAddress, let gradient = dy.baseAddress, let target = dx.baseAddress else { return }
    let rows = Float(x.count / channels)
    for first in stride(from: 0, to: channels, by: Lanes.scalarCount) {
      let width = channels - first
      let (center, scale) = (lanes(mean, first), lanes(inverse, first))
      let factor = scale * (gamma.map { lanes($0, first) } ?? Lanes(repeating: 1))
      let level = (sums.map { lanes($0.dbeta, first) } ?? Lanes()) / rows
      let tilt = (sums.map { lanes($0.dgamma, first) } ?? Lanes()) * scale / rows
      for row in stride(from: first, to: x.count, by: channels) {
        let deviation = load(source + row, width) - center
        store((load(gradient + row, width) - level - deviation * tilt) * factor, target + row, width)
      }
    }
  }

  /// Σ of `body` over the rows of channel `first`'s column of lanes; `body` gets the offset of the row's lanes.
  @inline(__always)
  private static func sum(_ count: Int, _ channels: Int, _ first: Int, _ body: (Int) -> Lanes) -> Lanes {
    var total = Lanes()
    for block in stride(from: first, to: count, by: blockRows * channels) {
      var part = Lanes()
      for row in stride(from: block, to: min(block + blockRows * channels, count), by: channels) { part += body(row) }
      total += part
    }
    return total
  }

  /// Up to sixteen channels from `first` on. Every caller has checked the buffer's count.
  @inline(__always)
  private static func lanes(_ buffer: FloatBuffer, _ first: Int) -> Lanes {
    guard let address = buffer.baseAddress else { return Lanes() }
    return load(address + first, buffer.count - first)
  }
}
