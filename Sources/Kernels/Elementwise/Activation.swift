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
  /// y = x - log Σ exp(x), over the last axis.
  case logSoftmax = "log_softmax"
  /// y = min(max(x, 0), 6).
  case relu6
  /// y = x where x > 0, else exp(x) - 1 (Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by
  /// exponential linear units", 2016).
  case elu
  /// The same with 1 for the scale of the negative part, by which x is divided: it is elu.
  case celu
  /// y = λ·x where x > 0, else λ·α·(exp(x) - 1), with the constants that keep mean and variance (Klambauer et al.,
  /// "Self-normalizing neural networks", 2017).
  case selu
  /// y = log(1 + exp(x)).
  case softplus
  /// y = x / (1 + |x|).
  case softsign
  /// y = exp(x).
  case exponential
  /// y = min(max(x + 3, 0), 6) / 6.
  case hardSigmoid = "hard_sigmoid"
  /// y = x·min(max(x + 3, 0), 6) / 6 (Howard et al., "Searching for MobileNetV3", 2019).
  case hardSiLU = "hard_silu"
  /// y = min(max(x, -1), 1).
  case hardTanh = "hard_tanh"
  /// y = x·tanh(log(1 + exp(x))) (Misra, "Mish: a self regularized non-monotonic activation function", 2020).
  case mish
  /// y = x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), the approximation of gelu that its authors give. Keras has no name for it.
  case geluTanh = "gelu_tanh"
  /// y = log σ(x).
  case logSigmoid = "log_sigmoid"
  /// y = x - tanh(x).
  case tanhShrink = "tanh_shrink"
  /// y = x off by ½ towards 0, and 0 within.
  case softShrink = "soft_shrink"
  /// y = x where |x| > ½, else 0.
  case hardShrink = "hard_shrink"
  /// y = (x + √(x² + 4)) / 2.
  case squareplus
  /// y = 0 up to -1, (x + 1)² / 4 up to 1, then x.
  case sparsePlus = "sparse_plus"
  /// y = min(max((x + 1) / 2, 0), 1).
  case sparseSigmoid = "sparse_sigmoid"

  /// Whether the gradient needs the values before the function. The others see all that they need in `y`.
  public var readsInput: Bool {
    switch self {
    case .gelu, .silu, .geluTanh, .mish, .hardSiLU, .tanhShrink: true
    default: false
    }
  }

  /// Whether the gradient needs what the function gave.
  public var readsOutput: Bool { self != .linear && !readsInput }

  /// Whether each output depends on one element alone.
  public var isElementwise: Bool { self != .softmax && self != .logSoftmax }

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
    case .logSoftmax: logSoftmaxRows(values, classes: channels)
    default: for i in 0..<values.count { values[i] = further(values[i]) }
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
    case .logSoftmax:
      // forward: y_i = x_i - log Σ_j exp(x_j), so dx_i = dy_i - exp(y_i) Σ_j dy_j
      for row in stride(from: 0, to: dy.count, by: channels) {
        var sum: Float = 0
        for c in row..<row + channels { sum += dy[c] }
        for c in row..<row + channels { dy[c] -= expf(y[c]) * sum }
      }
    default: for i in 0..<dy.count { dy[i] *= slope(readsInput ? x[i] : y[i]) }
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
