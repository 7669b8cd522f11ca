import Tensors

/// One step of stochastic gradient descent with momentum, in one pass over memory, as Keras 3 writes it:
///
///     g = scale · gradient
///     value -= decay · value                             (decoupled: Loshchilov and Hutter, 2019)
///     velocity = momentum · velocity - rate · g
///     value += velocity, or momentum · velocity - rate · g with Nesterov's momentum (Sutskever et al., 2013)
///
/// - Parameters:
///   - values: overwritten.
///   - velocity: as many, overwritten.
///   - gradients: as many.
///   - rate: the learning rate.
///   - decay: the weight decay times the rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func sgdUpdate(
  values: MutableFloatBuffer, velocity: MutableFloatBuffer, gradients: FloatBuffer, rate: Float, momentum: Float,
  isNesterov: Bool = false, decay: Float = 0, scale: Float = 1
) {
  precondition(values.count == velocity.count && values.count == gradients.count, "a gradient for each value")
  if isNesterov {
    for i in 0..<values.count {
      let descent = gradients[i] * scale * rate
      let next = velocity[i] * momentum - descent
      velocity[i] = next
      values[i] = (values[i] - values[i] * decay) + (next * momentum - descent)
    }
  } else {
    for i in 0..<values.count {
      let next = velocity[i] * momentum - gradients[i] * scale * rate
      velocity[i] = next
      values[i] = (values[i] - values[i] * decay) + next
    }
  }
}
