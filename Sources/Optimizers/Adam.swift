import Glibc
import Kernels
import Tensors

/// Adam (Kingma and Ba, 2015), by Keras's rule; with a weight decay it is AdamW (Loshchilov and Hutter, 2019).
public struct Adam: ElementwiseOptimizer, Hashable {
  /// The names of its two states: the running means of the gradient and of its square.
  public static let (momentumState, velocityState) = ("momentum", "velocity")
  /// The name of the third, where the largest of the squares' means counts.
  public static let largestState = "velocity_hat"

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
  /// Whether the largest of the squares' means so far counts.
  public let isAmsgrad: Bool

  /// Keras's defaults, but for its AdamW's weight decay of 0.004.
  public init(
    _ schedule: LearningRateSchedule = 0.001, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7,
    weightDecay: Float = 0, isAmsgrad: Bool = false
  ) {
    self.schedule = schedule
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isAmsgrad = isAmsgrad
  }

  /// See `Optimizer`.
  public var stateNames: [String] { [Self.momentumState, Self.velocityState] + (isAmsgrad ? [Self.largestState] : []) }

  /// See `Optimizer` and `adamUpdate`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    // Both means start at zero; after t steps they have reached 1 - β^t of what they run towards.
    let steps = Double(step + 1)
    let correction = (1 - pow(Double(beta2), steps)).squareRoot() / (1 - pow(Double(beta1), steps))
    let shares = (complement(beta1), complement(beta2))
    if isAmsgrad {
      return amsgradUpdate(
        values: arena.values.buffer.part(range), momentum: state(Self.momentumState, arena, range),
        velocity: state(Self.velocityState, arena, range), largest: state(Self.largestState, arena, range),
        gradients: arena.gradients.buffer.part(range).reading, rate: rate * Float(correction), shares: shares,
        epsilon: epsilon, decay: weightDecay * rate, scale: scale)
    }
    adamUpdate(
      values: arena.values.buffer.part(range), momentum: state(Self.momentumState, arena, range),
      velocity: state(Self.velocityState, arena, range), gradients: arena.gradients.buffer.part(range).reading,
      rate: rate * Float(correction), shares: shares, epsilon: epsilon,
      decay: weightDecay * rate, scale: scale)
  }
}
