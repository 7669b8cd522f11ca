import Tensors

/// One step of Adagrad (Duchi et al., "Adaptive subgradient methods", 2011), in one pass over memory, as Keras 3 writes it:
///
///     g = scale · gradient
///     value -= decay · value
///     accumulator += g²
///     value -= rate · g / √(accumulator + ε)
///
/// - Parameters:
///   - values: overwritten.
///   - accumulator: the sum of the gradient's squares, as many, overwritten.
///   - gradients: as many.
///   - decay: the weight decay times the learning rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func adagradUpdate(
  values: MutableFloatBuffer, accumulator: MutableFloatBuffer, gradients: FloatBuffer, rate: Float, epsilon: Float,
  decay: Float, scale: Float
) {
  precondition(values.count == accumulator.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    accumulator[i] += gradient * gradient
    values[i] = (values[i] - values[i] * decay) - rate * gradient / (accumulator[i] + epsilon).squareRoot()
  }
}
