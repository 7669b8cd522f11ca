import Kernels
import Tensors

/// Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023), by Keras's rule.
public struct Lion: ElementwiseOptimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the running mean is in a step's direction.
  public let beta1: Float
  /// How much of the running mean stays in a step.
  public let beta2: Float
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults.
  public init(
    _ schedule: LearningRateSchedule = 0.001, beta1: Float = 0.9, beta2: Float = 0.99, weightDecay: Float = 0
  ) {
    (self.schedule, self.beta1, self.beta2, self.weightDecay) = (schedule, beta1, beta2, weightDecay)
  }

  /// See `Optimizer`.
  public var stateNames: [String] { ["momentum"] }

  /// See `Optimizer` and `lionUpdate`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    lionUpdate(
      values: arena.values.buffer.part(range), momentum: state("momentum", arena, range),
      gradients: arena.gradients.buffer.part(range).reading, rate: rate, first: (beta1, complement(beta1)),
      second: (beta2, complement(beta2)), decay: weightDecay * rate, scale: scale)
  }
}
