import Glibc
import Kernels
import Tensors

/// Nadam (Dozat, 2016), by Keras's rule; see `nadamUpdate`.
public struct Nadam: Optimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the gradient's running mean stays in a step.
  public let beta1: Float
  /// How much of its square's running mean stays in a step.
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
  public var stateNames: [String] { ["momentum", "velocity"] }

  /// The momentum of step `step`, counted from 1, which rises towards β1: Dozat's schedule.
  private func momentum(at step: Int) -> Double { Double(beta1) * (1 - 0.5 * pow(0.96, Double(step))) }

  /// The product of the momenta up to that of a step. Each is below 1, and soon it is nothing beside 1.
  private func product(to step: Int) -> Double {
    var product = 1.0
    for step in 1...step where product > 0x1p-60 { product *= momentum(at: step) }
    return product
  }

  /// See `Optimizer`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    let (ahead, past) = (momentum(at: step + 2), product(to: step + 1))
    nadamUpdate(
      values: arena.values.buffer.part(range), momentum: state("momentum", arena, range),
      velocity: state("velocity", arena, range), gradients: arena.gradients.buffer.part(range).reading, rate: rate,
      shares: (1 - beta1, 1 - beta2),
      weights: (
        ahead: Float(ahead / (1 - past * ahead)), now: Float((1 - momentum(at: step + 1)) / (1 - past))
      ),
      correction: Float(1 - pow(Double(beta2), Double(step + 1))), epsilon: epsilon, decay: weightDecay * rate,
      scale: scale)
  }
}
