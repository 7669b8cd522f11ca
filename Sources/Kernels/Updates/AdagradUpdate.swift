import Tensors

/// One step of Adagrad (Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011), as Keras 3 writes it:
/// `accumulator += g²`, `value -= rate · g / √(accumulator + ε)`.
public func adagradUpdate(
  values: MutableFloatBuffer, accumulator: MutableFloatBuffer, gradients: FloatBuffer, rate: Float, epsilon: Float,
  decay: Float, scale: Float
) {
  precondition(values.count == accumulator.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    let sum = accumulator[i] + gradient * gradient
    accumulator[i] = sum
    values[i] = (values[i] - values[i] * decay) - rate * gradient / (sum + epsilon).squareRoot()
  }
}
