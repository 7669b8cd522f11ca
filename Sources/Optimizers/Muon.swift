import Kernels
import Tensors

/// Momentum that is made orthogonal before it moves a matrix, so that no direction is left behind (Jordan et al., "Muon: an
/// optimizer for hidden layers in neural networks", 2024). A kernel (taps…, in, out) is a matrix of as many columns as it has
/// filters; what has one axis is none, and takes another rule.
public struct Muon: TensorOptimizer, Hashable {
  /// What an update, whose singular values are about 1, is scaled by.
  public enum Scale: String, Codable, Hashable, Sendable, CaseIterable {
    /// 0.2·√(the longer side), which makes its root mean square that of Adam's, so that a rate goes with both (Liu et al.,
    /// "Muon is scalable for LLM training", 2025): as Keras has it.
    case rms
    /// Nothing.
    case none
  }

  /// The name of the one state that it keeps.
  public static let momentumState = "momentum"

  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the gradients so far stays in a step.
  public let momentum: Float
  /// Whether the gradient counts once more in the step itself.
  public let isNesterov: Bool
  /// How many Newton–Schulz steps make an update orthogonal.
  public let steps: Int
  /// What an update is scaled by.
  public let scale: Scale
  /// Whether each tensor is brought to the norm √filters before it moves, so that all that is learnt is a direction; as in
  /// Jordan's airbench94.
  public let rescales: Bool
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults, but for the weight decay.
  public init(
    _ schedule: LearningRateSchedule = 0.001, momentum: Float = 0.95, isNesterov: Bool = true, steps: Int = 5,
    scale: Scale = .rms, rescales: Bool = false, weightDecay: Float = 0
  ) {
    (self.schedule, self.momentum, self.isNesterov, self.steps) = (schedule, momentum, isNesterov, steps)
    (self.scale, self.rescales, self.weightDecay) = (scale, rescales, weightDecay)
  }

  /// See `Optimizer`.
  public var stateNames: [String] { [Self.momentumState] }

  /// Whether there is a matrix in it.
  public func takes(_ shape: Shape) -> Bool { shape.rank >= 2 }

  /// A direction, and what it takes to make it orthogonal.
  public func scratchCount(for shape: Shape) -> Int { shape.count + Self.orthogonalization(of: shape).scratchCount }

  private static func orthogonalization(of shape: Shape) -> Orthogonalization {
    let filters = shape[shape.rank - 1]
    return Orthogonalization(rows: shape.count / filters, columns: filters)
  }

  /// See `TensorOptimizer`, `muonDirection` and `Orthogonalization`.
  public func update(
    _ arena: ParameterArena, tensor range: Range<Int>, shape: Shape, step: Int, scale: Float = 1,
    scratch: MutableFloatBuffer
  ) {
    let values = arena.values.buffer.part(range)
    let direction = scratch.part(0..<range.count)
    muonDirection(
      direction, momentum: state(Self.momentumState, arena, range),
      gradients: arena.gradients.buffer.part(range).reading, beta: momentum, isNesterov: isNesterov, scale: scale)
    Self.orthogonalization(of: shape).run(
      direction, steps: steps, scratch: scratch.part(range.count..<scratch.count))
    let filters = shape[shape.rank - 1]
    if rescales {
      let norm = squaredSum(values.reading).squareRoot()
      if norm > 0 { Kernels.scale(values, by: Float(Double(filters).squareRoot() / norm)) }
    }
    let rate = schedule.rate(at: step)
    let longer = max(filters, range.count / filters)
    let factor: Float = self.scale == .rms ? 0.2 * Float(longer).squareRoot() : 1
    descend(values, along: direction.reading, rate: rate * factor, decay: weightDecay * rate)
  }
}
