import Kernels
import Tensors

/// RMSprop (Hinton, 2012), by Keras's rule; see `rmspropUpdate`.
public struct RMSprop: Optimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the running means stays in a step.
  public let rho: Float
  /// How much of the last step is carried into the next.
  public let momentum: Float
  /// Whether the square of the gradient's mean is taken off that of its squares.
  public let isCentered: Bool
  /// What is added before a division.
  public let epsilon: Float
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults.
  public init(
    _ schedule: LearningRateSchedule = 0.001, rho: Float = 0.9, momentum: Float = 0, isCentered: Bool = false,
    epsilon: Float = 1e-7, weightDecay: Float = 0
  ) {
    self.schedule = schedule
    self.rho = rho
    self.momentum = momentum
    self.isCentered = isCentered
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// See `Optimizer`.
  public var stateNames: [String] {
    ["velocity"] + (momentum > 0 ? ["momentum"] : []) + (isCentered ? ["average_gradient"] : [])
  }

  /// See `Optimizer`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    rmspropUpdate(
      values: arena.values.buffer.part(range), velocity: state("velocity", arena, range),
      mean: isCentered ? state("average_gradient", arena, range) : nil,
      momentum: momentum > 0 ? state("momentum", arena, range) : nil,
      gradients: arena.gradients.buffer.part(range).reading, rate: rate, rho: (rho, rest: share(rho)),
      carried: momentum,
      epsilon: epsilon, decay: weightDecay * rate, scale: scale)
  }
}
