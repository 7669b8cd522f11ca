import Kernels
import Tensors

/// Stochastic gradient descent with momentum, by Keras's rule.
public struct SGD: ElementwiseOptimizer, Hashable {
  /// The name of the one state that it keeps.
  public static let momentumState = "momentum"

  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the last step is carried into the next, 0 to below 1.
  public let momentum: Float
  /// Whether the gradient counts once more in the step itself, which looks ahead along the momentum.
  public let isNesterov: Bool
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Descends at the schedule's rates.
  public init(
    _ schedule: LearningRateSchedule = 0.01, momentum: Float = 0, isNesterov: Bool = false, weightDecay: Float = 0
  ) {
    self.schedule = schedule
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
  }

  /// See `Optimizer`.
  public var stateNames: [String] { [Self.momentumState] }

  /// See `Optimizer` and `sgdUpdate`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    sgdUpdate(
      values: arena.values.buffer.part(range), velocity: state(Self.momentumState, arena, range),
      gradients: arena.gradients.buffer.part(range).reading, rate: rate, momentum: momentum, isNesterov: isNesterov,
      decay: weightDecay * rate, scale: scale)
  }
}
