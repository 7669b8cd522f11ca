import Kernels
import Tensors

/// Lion (Chen et al., 2023), by Keras's rule; see `lionUpdate`.
public struct Lion: Optimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the gradient's running mean counts in a step.
  public let beta1: Float
  /// How much of that mean stays in a step.
  public let beta2: Float
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults.
  public init(
    _ schedule: LearningRateSchedule = 0.001, beta1: Float = 0.9, beta2: Float = 0.99, weightDecay: Float = 0
  ) {
    self.schedule = schedule
    self.beta1 = beta1
    self.beta2 = beta2
    self.weightDecay = weightDecay
  }

  /// See `Optimizer`.
  public var stateNames: [String] { ["momentum"] }

  /// See `Optimizer`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    lionUpdate(
      values: arena.values.buffer.part(range), momentum: state("momentum", arena, range),
      gradients: arena.gradients.buffer.part(range).reading, rate: rate, betas: (beta1, beta2),
      decay: weightDecay * rate, scale: scale)
  }
}
