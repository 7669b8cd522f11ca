import Kernels
import Tensors

/// What layer and group normalisation share: each sample is normalised by itself, so that no bit depends on the others.
///
/// Parameters: `gamma` with `scale`, `beta` with `center`.
public protocol SampleNormalizationLayer: Layer {
  /// ε, which keeps what has no variance finite.
  var epsilon: Float { get }
  /// Whether γ is learnt.
  var scale: Bool { get }
  /// Whether β is learnt.
  var center: Bool { get }
  /// What is said of γ.
  var gammaOptions: ParameterOptions { get }
  /// What is said of β.
  var betaOptions: ParameterOptions { get }
  /// How a sample of shape `input` is cut into parts that are normalised by themselves: each of so many floats, of which
  /// `channels` have a γ and a β of their own, in so many groups; and the shape of γ and β.
  func parts(of input: Shape) -> NormalizedParts
}

/// How a sample is cut into what is normalised by itself.
public struct NormalizedParts {
  /// The floats of a part.
  let count: Int
  /// The floats of γ.
  let channels: Int
  /// The groups of a part.
  let groups: Int
  /// The shape of γ and β.
  let shape: Shape
}

extension SampleNormalizationLayer {
  public var backwardReadsOutput: Bool { false }

  public func parameters(for input: Shape) -> [ParameterSpecification] {
    let shape = parts(of: input).shape
    return (scale ? [ParameterSpecification(name: "gamma", shape: shape, gammaOptions)] : [])
      + (center ? [ParameterSpecification(name: "beta", shape: shape, betaOptions)] : [])
  }

  /// Mean and 1 / √(v + ε) of each group.
  public func keptCount(for input: Shape) -> Int {
    let parts = parts(of: input)
    return input.count / parts.count * 2 * parts.groups
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = γ·(x - μ)·s + β, part by part
    forEachPart(x, pass) { parts, range, statistics in
      SampleNormalization.forward(
        x: x.buffer.part(range).reading, channels: parts.channels, groups: parts.groups, epsilon: epsilon,
        gamma: scale ? pass.parameter(0) : nil, beta: center ? pass.parameter(scale ? 1 : 0) : nil,
        statistics: statistics, y: y.buffer.part(range))
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = γ·(x - μ)·s + β, where μ and s depend on every x of the group
    guard let dx else { return }
    forEachPart(x, pass) { parts, range, statistics in
      SampleNormalization.inputGradient(
        x: x.buffer.part(range).reading, dy: dy.buffer.part(range).reading, channels: parts.channels,
        groups: parts.groups, gamma: scale ? pass.parameter(0) : nil, statistics: statistics.reading,
        dx: dx.buffer.part(range))
    }
  }

  public func parameterGradients(x: TensorView, dy: TensorView, in pass: LayerPass) {
    // forward: γ·x̂ + β
    let dgamma = scale ? pass.gradient(0) : nil
    let dbeta = center ? pass.gradient(scale ? 1 : 0) : nil
    if !pass.accumulates {
      dgamma?.update(repeating: 0)
      dbeta?.update(repeating: 0)
    }
    forEachPart(x, pass) { parts, range, statistics in
      SampleNormalization.addParameterGradients(
        x: x.buffer.part(range).reading, dy: dy.buffer.part(range).reading, channels: parts.channels,
        groups: parts.groups, statistics: statistics.reading, dgamma: dgamma, dbeta: dbeta)
    }
  }

  private func forEachPart(
    _ x: TensorView, _ pass: LayerPass, _ body: (NormalizedParts, Range<Int>, MutableFloatBuffer) -> Void
  ) {
    let parts = parts(of: x.shape)
    for index in 0..<x.buffer.count / parts.count {
      body(
        parts, index * parts.count..<(index + 1) * parts.count,
        pass.kept.part(index * 2 * parts.groups..<(index + 1) * 2 * parts.groups))
    }
  }
}
