import Kernels
import Tensors

/// Adadelta (Zeiler, 2012), by Keras's rule; see `adadeltaUpdate`.
public struct Adadelta: ElementwiseOptimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the running means stays in a step.
  public let rho: Float
  /// What is added before a division.
  public let epsilon: Float
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults.
  public init(
    _ schedule: LearningRateSchedule = 0.001, rho: Float = 0.95, epsilon: Float = 1e-7, weightDecay: Float = 0
  ) {
    self.schedule = schedule
    self.rho = rho
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// See `Optimizer`.
  public var stateNames: [String] { ["accumulated_gradient", "accumulated_delta"] }

  /// See `Optimizer`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    adadeltaUpdate(
      values: arena.values.buffer.part(range), squares: state("accumulated_gradient", arena, range),
      steps: state("accumulated_delta", arena, range), gradients: arena.gradients.buffer.part(range).reading,
      rate: rate, rho: (rho, rest: complement(rho)), epsilon: epsilon, decay: weightDecay * rate, scale: scale)
  }
}
