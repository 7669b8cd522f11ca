import Tensors

/// A rule that turns gradients into a step: a value without state of its own, which lies in the arena. It is an
/// `ElementwiseOptimizer` or a `TensorOptimizer`.
public protocol Optimizer: Sendable {
  /// The learning rate of each step.
  var schedule: LearningRateSchedule { get }

  /// What the arena must keep for the rule: the names of buffers as long as the gradients.
  var stateNames: [String] { get }

  /// What a state is filled with at the start.
  func initialValue(of state: String) -> Float
}

/// A rule that moves each weight by itself.
public protocol ElementwiseOptimizer: Optimizer {
  /// Takes step `step`, counted from 0, for the values and states in `range` of the arena; its gradients stay. Several
  /// threads may update ranges of their own.
  ///
  /// - Parameter scale: what clipping leaves of the gradient, 1 for all.
  func update(_ arena: ParameterArena, in range: Range<Int>, step: Int, scale: Float)
}

/// A rule that looks at all of a tensor to move it.
public protocol TensorOptimizer: Optimizer {
  /// Whether it can move tensors of such a shape.
  func takes(_ shape: Shape) -> Bool

  /// The floats of scratch memory that a step takes for a tensor of `shape`.
  func scratchCount(for shape: Shape) -> Int

  /// Takes step `step`, counted from 0, for the tensor of `shape` that lies at `range` of the arena; its gradient stays. Several
  /// threads may update tensors of their own.
  ///
  /// - Parameters:
  ///   - arena: where values, states and gradients lie.
  ///   - range: the tensor's floats.
  ///   - shape: the tensor's extents.
  ///   - step: which step.
  ///   - scale: what clipping leaves of the gradient, 1 for all.
  ///   - scratch: memory whose contents mean nothing.
  func update(
    _ arena: ParameterArena, tensor range: Range<Int>, shape: Shape, step: Int, scale: Float,
    scratch: MutableFloatBuffer)
}

extension Optimizer {
  /// 0.
  public func initialValue(of state: String) -> Float { 0 }

  /// 1 - β of the β that was written: of 0.999 it is 0.001 rounded once, as in Keras, and not what its float leaves of 1, which
  /// is 1.3e-5 less.
  func complement(_ beta: Float) -> Float { Float(1 - (Double(beta.description) ?? Double(beta))) }

  /// The part of a state that belongs to `range`.
  func state(_ name: String, _ arena: ParameterArena, _ range: Range<Int>) -> MutableFloatBuffer {
    guard let storage = arena.optimizerStates[name] else {
      preconditionFailure("the arena was made for another optimiser")
    }
    return storage.buffer.part(range)
  }
}
