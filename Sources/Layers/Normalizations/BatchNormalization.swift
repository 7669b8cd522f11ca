import Kernels
import Tensors

/// Brings each channel to mean 0 and variance 1, then to a learnt scale and level; the shape stays:
///
///     y = γ·(x - μ) / √(v + ε) + β        over the last axis, C channels
///
/// In training μ and v are the mean and the biased variance of the slice (Ioffe and Szegedy, "Batch normalization", 2015;
/// by slices as in Hoffer, Hubara and Soudry, "Train longer, generalize better", 2017: "ghost batch normalization"), so
/// that they depend on no rank count. Otherwise, and in training where the layer does not learn, they are the moving averages.
///
/// Parameters, each (C,): `gamma` with `scale`, `beta` with `center`, and the averages `moving_mean`, `moving_variance`.
public struct BatchNormalization: Layer {
  public static let stem = "batch_normalization"

  /// How much of a moving average a step leaves.
  public let momentum: Float
  /// ε, which keeps a channel without variance finite.
  public let epsilon: Float
  /// Whether β is learnt.
  public let center: Bool
  /// Whether γ is learnt.
  public let scale: Bool
  /// What is said of γ.
  public var gammaOptions = ParameterOptions.ones
  /// What is said of β.
  public var betaOptions = ParameterOptions.bias
  /// How the average of the means starts.
  public var meanInitializer = Initializer.zeros
  /// How the average of the variances starts.
  public var varianceInitializer = Initializer.ones

  /// Keras's defaults.
  public init(momentum: Float = 0.99, epsilon: Float = 1e-3, center: Bool = true, scale: Bool = true) {
    precondition(0 <= momentum && momentum <= 1 && epsilon > 0, "momentum lies in 0 … 1, epsilon above 0")
    self.momentum = momentum
    self.epsilon = epsilon
    self.center = center
    self.scale = scale
  }

  public var grain: Grain { .slice }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank >= 1 else { throw ShapeError("takes (…, channels), got \(input)") }
    return input
  }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    let shape: Shape = [input[input.rank - 1]]
    let role = ParameterSpecification.Role.average(momentum: momentum)
    return (scale ? [ParameterSpecification(name: "gamma", shape: shape, gammaOptions)] : [])
      + (center ? [ParameterSpecification(name: "beta", shape: shape, betaOptions)] : [])
      + [
        ParameterSpecification(name: "moving_mean", shape: shape, initializer: meanInitializer, role: role),
        ParameterSpecification(name: "moving_variance", shape: shape, initializer: varianceInitializer, role: role),
      ]
  }

  /// Mean, variance and 1 / √(v + ε) of the slice, dγ and dβ: backward and the parameters' gradients need them again.
  public func keptCount(for input: Shape) -> Int { 5 * input[input.rank - 1] }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = γ·(x - μ)·s + β with s = 1 / √(v + ε)
    let kept = Kept(pass, x.shape)
    if measures(pass) {
      ChannelNormalization.statistics(x: x.reading, mean: kept.mean, variance: kept.variance)
    } else {
      _ = kept.mean.update(fromContentsOf: pass.parameter(movingMean))
      _ = kept.variance.update(fromContentsOf: pass.parameter(movingMean + 1))
    }
    ChannelNormalization.inverseDeviation(variance: kept.variance.reading, epsilon: epsilon, into: kept.inverse)
    ChannelNormalization.forward(
      x: x.reading, mean: kept.mean.reading, inverse: kept.inverse.reading, gamma: gamma(pass),
      beta: center ? pass.parameter(movingMean - 1) : nil, y: y.buffer)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = γ·(x - μ)·s + β, where in training μ and s depend on every x of the slice
    let kept = Kept(pass, x.shape)
    let (mean, inverse) = (kept.mean.reading, kept.inverse.reading)
    ChannelNormalization.parameterGradients(
      x: x.reading, dy: dy.reading, mean: mean, inverse: inverse, dgamma: kept.dgamma, dbeta: kept.dbeta)
    guard let dx else { return }
    ChannelNormalization.inputGradient(
      x: x.reading, dy: dy.reading, mean: mean, inverse: inverse, gamma: gamma(pass),
      throughStatistics: measures(pass) ? (kept.dgamma.reading, kept.dbeta.reading) : nil, dx: dx.buffer)
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // backward has left dγ and dβ; the averages get the slice's part of the batch's weighted mean
    let kept = Kept(pass, x.shape)
    if scale { leave(kept.dgamma, 1, in: pass.gradient(0), pass) }
    if center { leave(kept.dbeta, 1, in: pass.gradient(movingMean - 1), pass) }
    leave(kept.mean, pass.share, in: pass.gradient(movingMean), pass)
    leave(kept.variance, pass.share, in: pass.gradient(movingMean + 1), pass)
  }

  private func leave(_ values: MutableFloatBuffer, _ factor: Float, in gradient: MutableFloatBuffer, _ pass: LayerPass)
  {
    for c in 0..<values.count { gradient[c] = (pass.accumulates ? gradient[c] : 0) + values[c] * factor }
  }

  /// Whether the slice's own statistics are taken.
  private func measures(_ pass: LayerPass) -> Bool { pass.isTraining && pass.isTrainable }

  /// The place of `moving_mean` among the parameters; `beta`, where there is one, stands before it.
  private var movingMean: Int { (scale ? 1 : 0) + (center ? 1 : 0) }

  private func gamma(_ pass: LayerPass) -> FloatBuffer? { scale ? pass.parameter(0) : nil }

  /// What is kept, C floats each.
  private struct Kept {
    let mean, variance, inverse, dgamma, dbeta: MutableFloatBuffer

    init(_ pass: LayerPass, _ shape: Shape) {
      let channels = shape[shape.rank - 1]
      func part(_ index: Int) -> MutableFloatBuffer { pass.kept.part(index * channels..<(index + 1) * channels) }
      (mean, variance, inverse, dgamma, dbeta) = (part(0), part(1), part(2), part(3), part(4))
    }
  }
}
