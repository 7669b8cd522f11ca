import Tensors

/// One step of RMSprop (Hinton, "Neural networks for machine learning", lecture 6, 2012), in one pass over memory, as Keras 3 writes
/// it:
///
///     g = scale · gradient
///     value -= decay · value
///     velocity = ρ · velocity + (1 - ρ) · g²
///     mean = ρ · mean + (1 - ρ) · g                      where it is centered
///     step = rate · g / √(velocity [- mean²] + ε)
///     momentum = μ · momentum + step                     where μ > 0
///     value -= momentum, or step
///
/// - Parameters:
///   - values: overwritten.
///   - velocity: the running mean of the gradient's square, as many, overwritten.
///   - mean: the gradient's running mean, as many, overwritten; nil where it is not centered.
///   - momentum: as many, overwritten; nil for none.
///   - gradients: as many.
///   - rho: ρ, and beside it 1 - ρ.
///   - carried: μ.
///   - decay: the weight decay times the learning rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func rmspropUpdate(
  values: MutableFloatBuffer, velocity: MutableFloatBuffer, mean: MutableFloatBuffer?, momentum: MutableFloatBuffer?,
  gradients: FloatBuffer, rate: Float, rho: (Float, rest: Float), carried: Float, epsilon: Float, decay: Float,
  scale: Float
) {
  precondition(values.count == velocity.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    velocity[i] = rho.0 * velocity[i] + rho.rest * (gradient * gradient)
    var spread = velocity[i]
    if let mean {
      mean[i] = rho.0 * mean[i] + rho.rest * gradient
      spread -= mean[i] * mean[i]
    }
    var step = rate * gradient / (spread + epsilon).squareRoot()
    if let momentum {
      momentum[i] = carried * momentum[i] + step
      step = momentum[i]
    }
    values[i] = (values[i] - values[i] * decay) - step
  }
}
