import Kernels
import Tensors

/// Adagrad (Duchi et al., 2011), by Keras's rule; see `adagradUpdate`.
public struct Adagrad: Optimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// What the sum of squares starts with.
  public let initialAccumulator: Float
  /// What is added before a division.
  public let epsilon: Float
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults.
  public init(
    _ schedule: LearningRateSchedule = 0.001, initialAccumulator: Float = 0.1, epsilon: Float = 1e-7,
    weightDecay: Float = 0
  ) {
    self.schedule = schedule
    self.initialAccumulator = initialAccumulator
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// See `Optimizer`.
  public var stateNames: [String] { ["accumulator"] }

  /// See `Optimizer`.
  public var initialState: Float { initialAccumulator }

  /// See `Optimizer`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    adagradUpdate(
      values: arena.values.buffer.part(range), accumulator: state("accumulator", arena, range),
      gradients: arena.gradients.buffer.part(range).reading, rate: rate, epsilon: epsilon, decay: weightDecay * rate,
      scale: scale)
  }
}
