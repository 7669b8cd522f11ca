import Tensors

/// One step of Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023), in one pass over memory, as Keras 3 writes
/// it, where 0 has no sign:
///
///     g = scale · gradient
///     value -= decay · value
///     value -= rate · sign(β1 · momentum + (1 - β1) · g)
///     momentum = β2 · momentum + (1 - β2) · g
///
/// - Parameters:
///   - values: overwritten.
///   - momentum: the gradient's running mean, as many, overwritten.
///   - gradients: as many.
///   - betas: β1 and β2.
///   - decay: the weight decay times the learning rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func lionUpdate(
  values: MutableFloatBuffer, momentum: MutableFloatBuffer, gradients: FloatBuffer, rate: Float, betas: (Float, Float),
  decay: Float, scale: Float
) {
  precondition(values.count == momentum.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    let direction = momentum[i] * betas.0 + gradient * (1 - betas.0)
    momentum[i] = momentum[i] * betas.1 + gradient * (1 - betas.1)
    let step = direction > 0 ? rate : direction < 0 ? -rate : 0
    values[i] = (values[i] - values[i] * decay) - step
  }
}
