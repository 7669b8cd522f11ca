import Glibc
import Kernels
import Tensors

/// Adam (Kingma and Ba, 2015), by Keras's rule; with a weight decay it is AdamW (Loshchilov and Hutter, 2019).
public struct Adam: Optimizer, Hashable {
  /// The names of its two states: the running means of the gradient and of its square.
  public static let (momentumState, velocityState) = ("momentum", "velocity")

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

  /// Keras's defaults, but for its AdamW's weight decay of 0.004.
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
  public var stateNames: [String] { [Self.momentumState, Self.velocityState] }

  /// 1 - β of the β that was written: of 0.999 it is 0.001 rounded once, as in Keras, and not what its float leaves of 1, which
  /// is 1.3e-5 less.
  private static func share(_ beta: Float) -> Float { Float(1 - (Double(beta.description) ?? Double(beta))) }

  /// See `Optimizer` and `adamUpdate`.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float = 1) {
    let rate = schedule.rate(at: step)
    // Both means start at zero; after t steps they have reached 1 - β^t of what they run towards.
    let steps = Double(step + 1)
    let correction = (1 - pow(Double(beta2), steps)).squareRoot() / (1 - pow(Double(beta1), steps))
    adamUpdate(
      values: arena.values.buffer.part(range), momentum: state(Self.momentumState, arena, range),
      velocity: state(Self.velocityState, arena, range), gradients: arena.gradients.buffer.part(range).reading,
      rate: rate * Float(correction), shares: (Self.share(beta1), Self.share(beta2)), epsilon: epsilon,
      decay: weightDecay * rate, scale: scale)
  }
}
