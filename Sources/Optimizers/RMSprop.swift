import Kernels
import Tensors

/// RMSprop (Tieleman and Hinton, 2012), by Keras's rule.
public struct RMSprop: ElementwiseOptimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the squares' running mean stays in a step.
  public let rho: Float
  /// How much of the last step is taken again.
  public let momentum: Float
  /// What is added to the mean before its root is taken.
  public let epsilon: Float
  /// Whether the square of the gradient's running mean is taken off.
  public let isCentered: Bool
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults.
  public init(
    _ schedule: LearningRateSchedule = 0.001, rho: Float = 0.9, momentum: Float = 0, epsilon: Float = 1e-7,
    isCentered: Bool = false, weightDecay: Float = 0
  ) {
    (self.schedule, self.rho, self.momentum, self.epsilon) = (schedule, rho, momentum, epsilon)
    (self.isCentered, self.weightDecay) = (isCentered, weightDecay)
  }

  /// See `Optimizer`.
  public var stateNames: [String] {
    ["velocity"] + (momentum > 0 ? ["momentum"] : []) + (isCentered ? ["average_gradient"] : [])
  }

  /// See `Optimizer` and `rmspropUpdate`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    rmspropUpdate(
      values: arena.values.buffer.part(range), velocity: state("velocity", arena, range),
      mean: isCentered ? state("average_gradient", arena, range) : nil,
      momentum: momentum > 0 ? state("momentum", arena, range) : nil,
      gradients: arena.gradients.buffer.part(range).reading, rate: rate, shares: (rho, complement(rho)),
      momentumShare: momentum, epsilon: epsilon, decay: weightDecay * rate, scale: scale)
  }
}
