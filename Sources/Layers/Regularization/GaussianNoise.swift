import Tensors

/// Adds normal numbers while training; the shape stays. What is drawn depends on seed, layer, epoch and sample alone.
public struct GaussianNoise: Layer {
  public static let stem = "gaussian_noise"
  /// Their standard deviation.
  public let deviation: Float

  /// Of standard deviation `deviation`.
  public init(_ deviation: Float) {
    precondition(deviation >= 0, "a deviation is not negative")
    self.deviation = deviation
  }

  public func outputShape(for input: Shape) -> Shape { input }
  public var isIdentityInInference: Bool { true }
  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x + noise
    for n in 0..<x.samples {
      let (from, to) = (x.sample(n), y.sample(n))
      guard let key = pass.dropoutKey(sample: n), deviation > 0 else {
        _ = to.update(fromContentsOf: from)
        continue
      }
      forEachNormal(to.count, key) { i, normal in to[i] = from[i] + deviation * normal }
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = x + noise
    if let dx { _ = dx.buffer.update(fromContentsOf: dy.reading) }
  }
}

/// Multiplies by normal numbers of mean 1 while training (Srivastava et al., "Dropout: a simple way to prevent neural networks
/// from overfitting", 2014, section 10); the shape stays.
public struct GaussianDropout: Layer {
  public static let stem = "gaussian_dropout"
  /// The rate of the dropout that has the same variance: `rate / (1 - rate)`.
  public let rate: Float

  /// As much noise as a dropout of `rate`, 0 ≤ rate < 1.
  public init(_ rate: Float) {
    precondition(0 <= rate && rate < 1, "a dropout rate lies in 0 ..< 1")
    self.rate = rate
  }

  public func outputShape(for input: Shape) -> Shape { input }
  public var isIdentityInInference: Bool { true }
  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x · noise
    multiply(x, into: y, in: pass)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = x · noise, so dx = dy · noise, drawn again
    if let dx { multiply(dy, into: dx, in: pass) }
  }

  private func multiply(_ source: TensorView, into target: TensorView, in pass: LayerPass) {
    let deviation = (rate / (1 - rate)).squareRoot()
    for n in 0..<source.samples {
      let (from, to) = (source.sample(n), target.sample(n))
      guard let key = pass.dropoutKey(sample: n), rate > 0 else {
        _ = to.update(fromContentsOf: from)
        continue
      }
      forEachNormal(to.count, key) { i, normal in to[i] = from[i] * (1 + deviation * normal) }
    }
  }
}
