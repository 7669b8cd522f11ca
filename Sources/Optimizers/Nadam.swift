import Glibc
import Kernels
import Tensors

/// Nadam (Dozat, "Incorporating Nesterov momentum into Adam", 2016), by Keras's rule.
public struct Nadam: ElementwiseOptimizer, Hashable {
  /// The learning rate of each step.
  public let schedule: LearningRateSchedule
  /// How much of the gradient's running mean stays in a step.
  public let beta1: Float
  /// How much of its square's running mean stays in a step.
  public let beta2: Float
  /// What is added to the root of that mean.
  public let epsilon: Float
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public let weightDecay: Float

  /// Keras's defaults.
  public init(
    _ schedule: LearningRateSchedule = 0.001, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7,
    weightDecay: Float = 0
  ) {
    (self.schedule, self.beta1, self.beta2) = (schedule, beta1, beta2)
    (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
  }

  /// See `Optimizer`.
  public var stateNames: [String] { ["momentum", "velocity"] }

  /// See `Optimizer` and `nadamUpdate`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    // The momentum of step t is β1·(1 - 0.96ᵗ / 2); what all so far multiply to corrects the bias towards zero.
    func momentum(_ t: Int) -> Double { Double(beta1) * (1 - 0.5 * pow(0.96, Double(t))) }
    var product = 1.0
    for t in 1...step + 1 {
      product *= momentum(t)
      if product < 1e-30 { break }  // beyond what the floats below can tell from 0
    }
    let (now, next) = (momentum(step + 1), momentum(step + 2))
    let correction = 1 / (1 - pow(Double(beta2), Double(step + 1)))
    nadamUpdate(
      values: arena.values.buffer.part(range), momentum: state("momentum", arena, range),
      velocity: state("velocity", arena, range), gradients: arena.gradients.buffer.part(range).reading, rate: rate,
      shares: (complement(beta1), complement(beta2)),
      parts: (Float(next / (1 - product * next)), Float((1 - now) / (1 - product)), Float(correction)),
      epsilon: epsilon, decay: weightDecay * rate, scale: scale)
  }
}
