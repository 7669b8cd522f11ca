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

  /// y = f(x), in one pass.
  ///
  /// - Parameters:
  ///   - x: (…, C).
  ///   - y: as many, overwritten; may be `x` itself.
  ///   - channels: C.
  public func apply(_ x: FloatBuffer, into y: MutableFloatBuffer, channels: Int) {
    precondition(x.count == y.count && x.count % channels == 0, "channels do not fit")
    switch self {
    case .softmax: softmaxRows(x, into: y, classes: channels)
    case .logSoftmax: logSoftmaxRows(x, into: y, classes: channels)
    default: withFunction(of: self) { f in map(x, into: y, f) }
    }
  }

  /// Adds the bias of each channel and applies the function, in place.
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
    if self == .linear || (self == .relu && bias != nil) { return }
    if readsInput, let before { _ = before.update(fromContentsOf: values) }
    apply(values.reading, into: values, channels: channels)
  }

  /// Turns the gradient after the function, `dy`, into the one before it, in place.
  ///
  /// - Parameters:
  ///   - before: the values before the function, (…, C), where `readsInput`; else unused and may be nil.
  ///   - y: what `apply` gave, (…, C).
  ///   - dy: (…, C), overwritten.
  ///   - channels: C.
  public func gradient(before: FloatBuffer? = nil, y: FloatBuffer, dy: MutableFloatBuffer, channels: Int) {
    if self != .linear { gradient(before: before, y: y, dy: dy.reading, dx: dy, channels: channels) }
  }

  /// The same in one pass from `dy` to `dx`, which may be one.
  public func gradient(
    before: FloatBuffer?, y: FloatBuffer, dy: FloatBuffer, dx: MutableFloatBuffer, channels: Int
  ) {
    precondition(y.count == dy.count && dx.count == dy.count && dy.count % channels == 0, "channels do not fit")
    let value = readsInput ? before ?? FloatBuffer(start: nil, count: 0) : y
    precondition(value.count == dy.count, "the gradient of \(rawValue) needs the values before it")
    switch self {
    case .softmax: softmaxRowsGradient(y: y, dy: dy, dx: dx, classes: channels)
    case .logSoftmax: logSoftmaxRowsGradient(y: y, dy: dy, dx: dx, classes: channels)
    default: withGradient(of: self) { gradient in map(value, dy, into: dx, gradient) }
    }
  }
}
