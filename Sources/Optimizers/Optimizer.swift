import Tensors

/// A rule that turns gradients into a step: a value without state of its own, which lies in the arena.
public protocol Optimizer: Sendable {
  /// The learning rate of each step.
  var schedule: LearningRateSchedule { get }

  /// What the arena must keep for the rule: the names of buffers as long as the values, all zero at the start.
  var stateNames: [String] { get }

  /// Takes step `step`, counted from 0, for the values and states in `range` of the arena; its gradients stay. Several
  /// threads may update ranges of their own.
  ///
  /// - Parameter scale: what clipping leaves of the gradient, 1 for all.
  func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float)
}

extension Optimizer {
  /// The part of a state that belongs to `range`.
  func state(_ name: String, _ arena: ParameterArena, _ range: Range<Int>) -> MutableFloatBuffer {
    guard let storage = arena.optimizerStates[name] else {
      preconditionFailure("the arena was made for another optimiser")
    }
    return storage.buffer.part(range)
  }
}
