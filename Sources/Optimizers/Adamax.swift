import Glibc
import Kernels
import Tensors

/// Adamax (Kingma and Ba, 2015), by Keras's rule; see `adamaxUpdate`.
public struct Adamax: ElementwiseOptimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the gradient's running mean stays in a step.
  public let beta1: Float
  /// How much of the gradient's largest size stays in a step.
  public let beta2: Float
  /// What is added before a division.
  public let epsilon: Float
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults.
  public init(
    _ schedule: LearningRateSchedule = 0.001, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7,
    weightDecay: Float = 0
  ) {
    self.schedule = schedule
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// See `Optimizer`.
  public var stateNames: [String] { ["momentum", "norm"] }

  /// See `Optimizer`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    let correction = 1 - pow(Double(beta1), Double(step + 1))
    adamaxUpdate(
      values: arena.values.buffer.part(range), momentum: state("momentum", arena, range),
      norm: state("norm", arena, range), gradients: arena.gradients.buffer.part(range).reading,
      rate: Float(Double(rate) / correction), share: complement(beta1), kept: beta2, epsilon: epsilon,
      decay: weightDecay * rate, scale: scale)
  }
}
