import Tensors

/// One step of stochastic gradient descent with momentum, in one pass over memory, as Keras 3 writes it:
/// `velocity = momentum · velocity - rate · gradient; value += velocity`.
///
/// - Parameters:
///   - values: overwritten.
///   - velocity: as many, overwritten.
///   - gradients: as many.
public func sgdUpdate(
  values: MutableFloatBuffer, velocity: MutableFloatBuffer, gradients: FloatBuffer, rate: Float, momentum: Float
) {
  precondition(values.count == velocity.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let next = velocity[i] * momentum - gradients[i] * rate
    velocity[i] = next
    values[i] += next
  }
}
