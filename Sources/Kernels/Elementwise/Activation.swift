import Glibc
import Tensors

/// The element-wise function at the end of a layer, by Keras's name.
public enum Activation: String, CaseIterable, Sendable, Codable {
  /// y = x.
  case linear
  /// y = max(x, 0); a NaN stays one, so that a diverged network shows in its loss.
  case relu
  /// y = x where x ≥ 0, else x / 5: Keras's default slope (Maas, Hannun and Ng, "Rectifier nonlinearities improve neural
  /// network acoustic models", 2013).
  case leakyReLU = "leaky_relu"
  /// y = 1 / (1 + exp(-x)).
  case sigmoid
  /// y = tanh(x).
  case tanh
  /// y = x·Φ(x), where Φ is the normal distribution, by erfc and not by an approximation (Hendrycks and Gimpel, "Gaussian
  /// error linear units", 2016).
  case gelu
  /// y = x / (1 + exp(-x)) (Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units", 2018).
  case silu
  /// y = exp(x) / Σ exp(x), over the last axis.
  case softmax

  /// Whether the gradient needs the values before the function. The others see all that they need in `y`.
  public var readsInput: Bool { self == .gelu || self == .silu }

  /// Adds the bias of each channel and applies the function, in one pass and in place.
  ///
  /// - Parameters:
  ///   - bias: (C,), or nil for none.
  ///   - values: (…, C).
  ///   - before: takes the values before the function where `readsInput`; else unused and may be nil.
  ///   - channels: C.
  public func apply(
    bias: FloatBuffer?, to values: MutableFloatBuffer, before: MutableFloatBuffer? = nil, channels: Int
  ) {
    precondition(values.count % channels == 0 && bias?.count ?? channels == channels, "channels do not fit")
    if let bias { addBias(bias, to: values, rectifies: self == .relu) }
    if readsInput, let before { _ = before.update(fromContentsOf: values) }
    switch self {
    case .linear: break
    case .relu: if bias == nil { for i in 0..<values.count { values[i] = values[i] < 0 ? 0 : values[i] } }
    case .leakyReLU: for i in 0..<values.count { values[i] = values[i] < 0 ? Self.slope * values[i] : values[i] }
    case .sigmoid: for i in 0..<values.count { values[i] = Self.logistic(values[i]) }
    case .tanh: for i in 0..<values.count { values[i] = tanhf(values[i]) }
    case .gelu: for i in 0..<values.count { values[i] *= Self.normal(values[i]) }
    case .silu: for i in 0..<values.count { values[i] *= Self.logistic(values[i]) }
    case .softmax: softmaxRows(values, classes: channels)
    }
  }

  /// Turns the gradient after the function, `dy`, into the one before it, in place.
  ///
  /// - Parameters:
  ///   - before: the values before the function, (…, C), where `readsInput`; else unused and may be nil.
  ///   - y: what `apply` gave, (…, C).
  ///   - dy: (…, C), overwritten.
  ///   - channels: C.
  public func gradient(before: FloatBuffer? = nil, y: FloatBuffer, dy: MutableFloatBuffer, channels: Int) {
    precondition(y.count == dy.count && dy.count % channels == 0, "channels do not fit")
    let x = readsInput ? before ?? FloatBuffer(start: nil, count: 0) : y
    precondition(x.count == dy.count, "the gradient of \(rawValue) needs the values before it")
    switch self {
    case .linear: break
    case .relu: for i in 0..<dy.count { dy[i] = y[i] > 0 ? dy[i] : 0 }
    case .leakyReLU: for i in 0..<dy.count { dy[i] = y[i] > 0 ? dy[i] : Self.slope * dy[i] }
    case .sigmoid: for i in 0..<dy.count { dy[i] *= y[i] * (1 - y[i]) }
    case .tanh: for i in 0..<dy.count { dy[i] *= 1 - y[i] * y[i] }
    case .gelu:
      // forward: y = x·Φ(x), so dx = dy·(Φ(x) + x·φ(x))
      for i in 0..<dy.count { dy[i] *= Self.normal(x[i]) + x[i] * Self.normalDensity(x[i]) }
    case .silu:
      // forward: y = x·σ(x), so dx = dy·σ(x)·(1 + x·(1 - σ(x)))
      for i in 0..<dy.count {
        let sigma = Self.logistic(x[i])
        dy[i] *= sigma * (1 + x[i] * (1 - sigma))
      }
    case .softmax:
      // forward: y_i = exp(x_i) / Σ_j exp(x_j), so dx_i = y_i (dy_i - Σ_j dy_j y_j)
      for row in stride(from: 0, to: dy.count, by: channels) {
        var inner: Float = 0
        for c in row..<row + channels { inner += dy[c] * y[c] }
        for c in row..<row + channels { dy[c] = y[c] * (dy[c] - inner) }
      }
    }
  }

  private static let slope: Float = 0.2

  /// σ(x); where exp(-x) overflows, 1 / ∞ is the right 0.
  @inline(__always)
  private static func logistic(_ x: Float) -> Float { 1 / (1 + expf(-x)) }

  /// Φ(x) = erfc(-x / √2) / 2; 1 + erf would lose all digits of the lower tail.
  @inline(__always)
  private static func normal(_ x: Float) -> Float { 0.5 * erfcf(x * -0.707_106_77) }

  /// φ(x) = exp(-x² / 2) / √(2π).
  @inline(__always)
  private static func normalDensity(_ x: Float) -> Float { 0.398_942_29 * expf(-0.5 * x * x) }
}
