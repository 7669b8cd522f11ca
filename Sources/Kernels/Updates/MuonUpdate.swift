import Tensors

/// What Muon gathers of a tensor's gradients, and the direction that comes of it before it is made orthogonal:
///
///     g = scale · gradient
///     momentum = β · momentum + g
///     direction = momentum, or g + β · momentum with Nesterov's
///
/// - Parameters:
///   - direction: overwritten; as many numbers as all others have.
///   - momentum: overwritten.
///   - gradients: those of the step.
///   - beta: β.
///   - isNesterov: whether the momentum is Nesterov's.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func muonDirection(
  _ direction: MutableFloatBuffer, momentum: MutableFloatBuffer, gradients: FloatBuffer, beta: Float, isNesterov: Bool,
  scale: Float
) {
  precondition(direction.count == momentum.count && gradients.count == momentum.count, "a gradient for each value")
  for i in 0..<gradients.count {
    let gradient = gradients[i] * scale
    let gathered = momentum[i] * beta + gradient
    momentum[i] = gathered
    direction[i] = isNesterov ? gradient + beta * gathered : gathered
  }
}

/// `value = (value - decay · value) - rate · direction`.
///
/// - Parameters:
///   - values: overwritten.
///   - direction: as many.
///   - rate: the learning rate, with all that an update is scaled by.
///   - decay: the weight decay times the rate.
public func descend(_ values: MutableFloatBuffer, along direction: FloatBuffer, rate: Float, decay: Float) {
  precondition(values.count == direction.count, "a direction for each value")
  for i in 0..<values.count { values[i] = (values[i] - values[i] * decay) - rate * direction[i] }
}
