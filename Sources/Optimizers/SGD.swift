import Kernels
import Tensors

/// Stochastic gradient descent with momentum, by Keras's rule.
public struct SGD: Sendable, Hashable, Codable {
  /// The name of the one state that it keeps.
  public static let momentumState = "momentum"

  /// The learning rate of each step.
  public let schedule: TimeDecay
  /// How much of the last step is carried into the next, 0 to below 1.
  public let momentum: Float

  /// Descends at the schedule's rates.
  public init(schedule: TimeDecay, momentum: Float) {
    self.schedule = schedule
    self.momentum = momentum
  }

  /// What the arena must keep for this optimiser.
  public var stateNames: [String] { [Self.momentumState] }

  /// Takes step `step`, counted from 0, for the values and states in `range` of the arena; its gradients stay. Several
  /// threads may update ranges of their own.
  public func update(_ arena: ParameterArena, in range: Range<Int>, step: Int) {
    guard let velocity = arena.optimizerStates[Self.momentumState] else {
      preconditionFailure("the arena was made for another optimiser")
    }
    sgdUpdate(
      values: arena.values.buffer.part(range), velocity: velocity.buffer.part(range),
      gradients: arena.gradients.buffer.part(range).reading, rate: schedule.rate(at: step), momentum: momentum)
  }
}
