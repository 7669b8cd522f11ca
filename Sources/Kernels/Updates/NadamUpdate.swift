import Tensors

/// One step of Nadam (Dozat, "Incorporating Nesterov momentum into Adam", 2016), in one pass over memory, as Keras 3 writes it:
///
///     g = scale · gradient
///     value -= decay · value
///     momentum += (g - momentum) · (1 - β1)
///     velocity += (g² - velocity) · (1 - β2)
///     value -= rate · (ahead · momentum + now · g) / (√(velocity / correction) + ε)
///
/// - Parameters:
///   - values: overwritten.
///   - momentum: the gradient's running mean, as many, overwritten.
///   - velocity: its square's running mean, as many, overwritten.
///   - gradients: as many.
///   - shares: 1 - β1 and 1 - β2.
///   - weights: what the mean and the gradient count in the step.
///   - correction: 1 - β2ᵗ.
///   - decay: the weight decay times the learning rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func nadamUpdate(
  values: MutableFloatBuffer, momentum: MutableFloatBuffer, velocity: MutableFloatBuffer, gradients: FloatBuffer,
  rate: Float, shares: (Float, Float), weights: (ahead: Float, now: Float), correction: Float, epsilon: Float,
  decay: Float, scale: Float
) {
  precondition(
    values.count == momentum.count && values.count == velocity.count && values.count == gradients.count,
    "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    momentum[i] += (gradient - momentum[i]) * shares.0
    velocity[i] += (gradient * gradient - velocity[i]) * shares.1
    let mean = weights.ahead * momentum[i] + weights.now * gradient
    values[i] =
      (values[i] - values[i] * decay) - rate * mean / ((velocity[i] / correction).squareRoot() + epsilon)
  }
}
