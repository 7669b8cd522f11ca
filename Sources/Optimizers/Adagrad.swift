import Kernels
import Tensors

/// Adagrad (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", 2011), by
/// Keras's rule.
public struct Adagrad: ElementwiseOptimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// Where the sums of squares begin.
  public let initialAccumulator: Float
  /// What is added to a sum before its root is taken.
  public let epsilon: Float
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults.
  public init(
    _ schedule: LearningRateSchedule = 0.001, initialAccumulator: Float = 0.1, epsilon: Float = 1e-7,
    weightDecay: Float = 0
  ) {
    (self.schedule, self.initialAccumulator) = (schedule, initialAccumulator)
    (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
  }

  /// See `Optimizer`.
  public var stateNames: [String] { ["accumulator"] }

  /// See `Optimizer`.
  public func initialValue(of state: String) -> Float { initialAccumulator }

  /// See `Optimizer` and `adagradUpdate`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    adagradUpdate(
      values: arena.values.buffer.part(range), accumulator: state("accumulator", arena, range),
      gradients: arena.gradients.buffer.part(range).reading, rate: rate, epsilon: epsilon, decay: weightDecay * rate,
      scale: scale)
  }
}
