import Tensors

/// One step of Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023), as Keras 3 writes it:
/// `value -= rate · sign(β1 · momentum + (1 - β1) · g)`, `momentum = β2 · momentum + (1 - β2) · g`.
public func lionUpdate(
  values: MutableFloatBuffer, momentum: MutableFloatBuffer, gradients: FloatBuffer, rate: Float,
  first: (kept: Float, taken: Float), second: (kept: Float, taken: Float), decay: Float, scale: Float
) {
  precondition(values.count == momentum.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    let direction = first.kept * momentum[i] + first.taken * gradient
    momentum[i] = second.kept * momentum[i] + second.taken * gradient
    let step: Float = direction > 0 ? rate : direction < 0 ? -rate : 0
    values[i] = (values[i] - values[i] * decay) - step
  }
}
