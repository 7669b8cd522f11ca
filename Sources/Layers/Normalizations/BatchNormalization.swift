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
public struct BatchNormalization: MeasuringLayer, Activatable {
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

  /// f, the function of the stage behind, where that is run along with this one.
  package var activation = Activation.linear

  /// Keras's defaults.
  public init(momentum: Float = 0.99, epsilon: Float = 1e-3, center: Bool = true, scale: Bool = true) {
    precondition(0 <= momentum && momentum <= 1 && epsilon > 0, "momentum lies in 0 … 1, epsilon above 0")
    self.momentum = momentum
    self.epsilon = epsilon
    self.center = center
    self.scale = scale
  }

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

  public var backwardReadsOutput: Bool { false }

  /// The slice's statistics, 1 / √(v + ε), dγ and dβ: backward and the parameters' gradients need them again.
  public func keptCount(for input: Shape) -> Int {
    let channels = input[input.rank - 1]
    return ChannelStatistics.count(channels: channels) + 3 * channels
  }

  public func measure(x: TensorView, in pass: LayerPass) {
    // μ and v of the slice, s = 1 / √(v + ε)
    guard measures(pass) else { return }
    let kept = Kept(pass, x.shape)
    let rows = x.shape.count / kept.inverse.count
    kept.statistics.add(x.reading, rowsPerSample: rows, after: pass.before * rows)
    guard pass.isLastPart(x) else { return }
    kept.statistics.finish(rows: pass.sliceCount(x) * rows)
    ChannelNormalization.inverseDeviation(variance: kept.statistics.variance, epsilon: epsilon, into: kept.inverse)
  }

  public func apply(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = f(γ·(x - μ)·s + β)
    let kept = Kept(pass, x.shape)
    if !measures(pass) {
      ChannelNormalization.inverseDeviation(
        variance: pass.parameter(movingMean + 1), epsilon: epsilon, into: kept.inverse)
    }
    normalization(kept, pass).forward(x: x.reading, y: y.buffer)
  }

  public func gather(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: y = f(γ·x̂ + β), so with g = dy·f' is dβ = Σ g, dγ = Σ g·x̂
    let kept = Kept(pass, x.shape)
    let normalization = normalization(kept, pass)
    guard pass.isTrainable else {
      if !pass.gradientIsRectified { normalization.activationGradient(x: x.reading, dy: dy.buffer) }
      return
    }
    if pass.before == 0 {
      kept.dgamma.update(repeating: 0)
      kept.dbeta.update(repeating: 0)
    }
    normalization.addParameterGradients(
      x: x.reading, dy: dy.buffer, isFinished: pass.gradientIsRectified,
      rowsPerSample: x.shape.count / kept.inverse.count, dgamma: kept.dgamma, dbeta: kept.dbeta)
  }

  public func inputGradient(x: TensorView, dy: TensorView, dx: TensorView, in pass: LayerPass) {
    // forward: γ·(x - μ)·s + β, where in training μ and s depend on every x of the slice
    let kept = Kept(pass, x.shape)
    let rows = pass.sliceCount(x) * (x.shape.count / kept.inverse.count)
    normalization(kept, pass).inputGradient(
      x: x.reading, dy: dy.reading,
      throughStatistics: measures(pass) ? (kept.dgamma.reading, kept.dbeta.reading, rows) : nil, dx: dx.buffer)
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // gather has left dγ and dβ; the averages get the slice's part of the batch's weighted mean
    let kept = Kept(pass, x.shape)
    if scale { leave(kept.dgamma.reading, 1, in: pass.gradient(0), pass) }
    if center { leave(kept.dbeta.reading, 1, in: pass.gradient(movingMean - 1), pass) }
    let (mean, variance) =
      measures(pass)
      ? (kept.statistics.mean, kept.statistics.variance)
      : (pass.parameter(movingMean), pass.parameter(movingMean + 1))
    leave(mean, pass.share, in: pass.gradient(movingMean), pass)
    leave(variance, pass.share, in: pass.gradient(movingMean + 1), pass)
  }

  private func leave(_ values: FloatBuffer, _ factor: Float, in gradient: MutableFloatBuffer, _ pass: LayerPass) {
    for c in 0..<values.count { gradient[c] = (pass.accumulates ? gradient[c] : 0) + values[c] * factor }
  }

  /// Whether the slice's own statistics are taken.
  private func measures(_ pass: LayerPass) -> Bool { pass.isTraining && pass.isTrainable }

  /// The place of `moving_mean` among the parameters; `beta`, where there is one, stands before it.
  private var movingMean: Int { (scale ? 1 : 0) + (center ? 1 : 0) }

  private func normalization(_ kept: Kept, _ pass: LayerPass) -> ChannelNormalization {
    ChannelNormalization(
      mean: measures(pass) ? kept.statistics.mean : pass.parameter(movingMean), inverse: kept.inverse.reading,
      gamma: scale ? pass.parameter(0) : nil, beta: center ? pass.parameter(movingMean - 1) : nil,
      activation: activation)
  }

  /// What is kept.
  private struct Kept {
    let statistics: ChannelStatistics
    /// C floats each.
    let inverse, dgamma, dbeta: MutableFloatBuffer

    init(_ pass: LayerPass, _ shape: Shape) {
      let channels = shape[shape.rank - 1]
      let count = ChannelStatistics.count(channels: channels)
      func part(_ index: Int) -> MutableFloatBuffer {
        pass.kept.part(count + index * channels..<count + (index + 1) * channels)
      }
      statistics = ChannelStatistics(in: pass.kept.part(0..<count))
      (inverse, dgamma, dbeta) = (part(0), part(1), part(2))
    }
  }
}
