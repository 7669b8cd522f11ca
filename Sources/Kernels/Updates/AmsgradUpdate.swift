import Tensors

/// Adam's step where the largest of the running means of squares so far counts (Reddi, Kale and Kumar, "On the convergence of
/// Adam and beyond", 2018); see `adamUpdate`.
///
/// - Parameter largest: the largest means so far, overwritten.
public func amsgradUpdate(
  values: MutableFloatBuffer, momentum: MutableFloatBuffer, velocity: MutableFloatBuffer, largest: MutableFloatBuffer,
  gradients: FloatBuffer, rate: Float, shares: (Float, Float), epsilon: Float, decay: Float, scale: Float
) {
  precondition(values.count == momentum.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    let mean = momentum[i] + (gradient - momentum[i]) * shares.0
    let square = velocity[i] + (gradient * gradient - velocity[i]) * shares.1
    momentum[i] = mean
    velocity[i] = square
    largest[i] = square > largest[i] ? square : largest[i]
    values[i] = (values[i] - values[i] * decay) - rate * mean / (largest[i].squareRoot() + epsilon)
  }
}
