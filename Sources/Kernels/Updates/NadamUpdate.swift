import Tensors

/// One step of Nadam (Dozat, "Incorporating Nesterov momentum into Adam", 2016), as Keras 3 writes it:
///
///     momentum += (g - momentum) · (1 - β1),   velocity += (g² - velocity) · (1 - β2)
///     value -= rate · (next · momentum + now · g) / (√(velocity / (1 - β2ᵗ)) + ε)
///
/// - Parameters:
///   - parts: what momentum and gradient contribute, and 1 / (1 - β2ᵗ).
public func nadamUpdate(
  values: MutableFloatBuffer, momentum: MutableFloatBuffer, velocity: MutableFloatBuffer, gradients: FloatBuffer,
  rate: Float, shares: (Float, Float), parts: (next: Float, now: Float, correction: Float), epsilon: Float,
  decay: Float,
  scale: Float
) {
  precondition(values.count == momentum.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    let mean = momentum[i] + (gradient - momentum[i]) * shares.0
    let square = velocity[i] + (gradient * gradient - velocity[i]) * shares.1
    momentum[i] = mean
    velocity[i] = square
    let ahead = parts.next * mean + parts.now * gradient
    values[i] = (values[i] - values[i] * decay) - ahead * rate / ((square * parts.correction).squareRoot() + epsilon)
  }
}
