import Tensors

/// y = clip((x - mean)·f + mean) while training, with a factor f for each sample and the mean of each of its channels; otherwise
/// the input is passed on.
public struct RandomContrast: Layer {
  public static let stem = "random_contrast"
  /// The factor lies in 1 - lower … 1 + upper.
  public let lower: Float
  /// See `lower`.
  public let upper: Float
  /// What the result is cut off at.
  public let range: ClosedRange<Float>

  /// A factor in 1 - lower … 1 + upper.
  public init(lower: Float, upper: Float, range: ClosedRange<Float> = 0...255) {
    precondition(lower >= 0 && upper >= 0, "bounds are not negative")
    (self.lower, self.upper, self.range) = (lower, upper, range)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try input.requireSpatialAxes(2)
    return input
  }

  public var isIdentityInInference: Bool { true }
  public var backwardReadsInput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = clip((x - mean)·f + mean)
    let channels = x.shape[2]
    for n in 0..<x.samples {
      let (from, to) = (x.sample(n), y.sample(n))
      guard let factor = factor(n, pass) else {
        _ = to.update(fromContentsOf: from)
        continue
      }
      for c in 0..<channels {
        let mean = mean(from.reading, c, channels) { _ in true }
        for i in stride(from: c, to: from.count, by: channels) {
          to[i] = min(max((from[i] - mean) * factor + mean, range.lowerBound), range.upperBound)
        }
      }
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = (x - mean)·f + mean within the range, so with g = dy there and 0 outside, dx = f·g + (1 - f)·mean(g)
    guard let dx else { return }
    let channels = x.shape[2]
    for n in 0..<x.samples {
      let (from, to, y) = (dy.sample(n), dx.sample(n), y.sample(n))
      guard let factor = factor(n, pass) else {
        _ = to.update(fromContentsOf: from)
        continue
      }
      func isFree(_ i: Int) -> Bool { y[i] > range.lowerBound && y[i] < range.upperBound }
      for c in 0..<channels {
        let mean = mean(from.reading, c, channels, where: isFree)
        for i in stride(from: c, to: from.count, by: channels) {
          to[i] = factor * (isFree(i) ? from[i] : 0) + (1 - factor) * mean
        }
      }
    }
  }

  /// The sum of a channel's elements that are taken, over the number of all.
  private func mean(_ values: FloatBuffer, _ channel: Int, _ channels: Int, where isTaken: (Int) -> Bool) -> Float {
    var sum = 0.0
    for i in stride(from: channel, to: values.count, by: channels) where isTaken(i) { sum += Double(values[i]) }
    return Float(sum / Double(values.count / channels))
  }

  private func factor(_ sample: Int, _ pass: LayerPass) -> Float? {
    pass.dropoutKey(sample: sample).map { key in
      var draws = UniformDraws(key)
      return draws.next(in: 1 - lower...1 + upper)
    }
  }
}

/// y = clip(x + d) while training, with a d for each sample; otherwise the input is passed on.
public struct RandomBrightness: Layer {
  public static let stem = "random_brightness"
  /// d as a share of the range.
  public let factor: ClosedRange<Float>
  /// What the result is cut off at.
  public let range: ClosedRange<Float>

  /// A share of the range in `factor`.
  public init(_ factor: ClosedRange<Float>, range: ClosedRange<Float> = 0...255) {
    (self.factor, self.range) = (factor, range)
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public var isIdentityInInference: Bool { true }
  public var backwardReadsInput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = clip(x + d)
    for n in 0..<x.samples {
      let (from, to) = (x.sample(n), y.sample(n))
      guard let delta = delta(n, pass) else {
        _ = to.update(fromContentsOf: from)
        continue
      }
      for i in 0..<from.count { to[i] = min(max(from[i] + delta, range.lowerBound), range.upperBound) }
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = x + d within the range
    guard let dx else { return }
    for n in 0..<x.samples {
      let (from, to, y) = (dy.sample(n), dx.sample(n), y.sample(n))
      let isDrawn = delta(n, pass) != nil
      for i in 0..<from.count {
        to[i] = !isDrawn || (y[i] > range.lowerBound && y[i] < range.upperBound) ? from[i] : 0
      }
    }
  }

  private func delta(_ sample: Int, _ pass: LayerPass) -> Float? {
    pass.dropoutKey(sample: sample).map { key in
      var draws = UniformDraws(key)
      return draws.next(in: factor) * (range.upperBound - range.lowerBound)
    }
  }
}
