import Tensors

/// One step of Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015) with decoupled weight decay
/// (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019), in one pass over memory, as Keras 3 writes it:
///
///     g = scale · gradient
///     value -= decay · value
///     momentum += (g - momentum) · (1 - β1)
///     velocity += (g² - velocity) · (1 - β2)
///     value -= rate · momentum / (√velocity + ε)
///
/// - Parameters:
///   - values: overwritten.
///   - momentum: the gradient's running mean, as many, overwritten.
///   - velocity: its square's running mean, as many, overwritten.
///   - gradients: as many.
///   - rate: the learning rate, the correction of both means' bias towards zero included.
///   - shares: 1 - β1 and 1 - β2.
///   - epsilon: ε.
///   - decay: the weight decay times the learning rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func adamUpdate(
  values: MutableFloatBuffer, momentum: MutableFloatBuffer, velocity: MutableFloatBuffer, gradients: FloatBuffer,
  rate: Float, shares: (Float, Float), epsilon: Float, decay: Float = 0, scale: Float = 1
) {
  precondition(
    values.count == momentum.count && values.count == velocity.count && values.count == gradients.count,
    "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    let mean = momentum[i] + (gradient - momentum[i]) * shares.0
    let square = velocity[i] + (gradient * gradient - velocity[i]) * shares.1
    momentum[i] = mean
    velocity[i] = square
    values[i] = (values[i] - values[i] * decay) - rate * mean / (square.squareRoot() + epsilon)
  }
}
