import Tensors

/// One step of RMSprop (Tieleman and Hinton, 2012), as Keras 3 writes it, in one pass over memory:
///
///     g = scale · gradient
///     value -= decay · value
///     velocity = ρ · velocity + (1 - ρ) · g²
///     mean = ρ · mean + (1 - ρ) · g                       where it is centred
///     increment = rate · g / √(velocity - mean² + ε)
///     value -= increment, or momentum = μ · momentum + increment and value -= momentum
///
/// - Parameters:
///   - values, velocity: as many as gradients, overwritten.
///   - mean, momentum: likewise; nil for none.
///   - shares: ρ and 1 - ρ.
///   - decay: the weight decay times the learning rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func rmspropUpdate(
  values: MutableFloatBuffer, velocity: MutableFloatBuffer, mean: MutableFloatBuffer?, momentum: MutableFloatBuffer?,
  gradients: FloatBuffer, rate: Float, shares: (kept: Float, taken: Float), momentumShare: Float, epsilon: Float,
  decay: Float, scale: Float
) {
  precondition(values.count == velocity.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    let square = shares.kept * velocity[i] + shares.taken * (gradient * gradient)
    velocity[i] = square
    var spread = square
    if let mean {
      let average = shares.kept * mean[i] + shares.taken * gradient
      mean[i] = average
      spread -= average * average
    }
    var increment = rate * gradient / (spread + epsilon).squareRoot()
    if let momentum {
      increment += momentumShare * momentum[i]
      momentum[i] = increment
    }
    values[i] = (values[i] - values[i] * decay) - increment
  }
}
