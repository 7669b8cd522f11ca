import Tensors

/// One step of Adamax (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 7.1), in one pass over memory, as
/// Keras 3 writes it:
///
///     g = scale · gradient
///     value -= decay · value
///     momentum += (g - momentum) · (1 - β1)
///     norm = max(β2 · norm, |g|)
///     value -= rate · momentum / (norm + ε)
///
/// - Parameters:
///   - values: overwritten.
///   - momentum: the gradient's running mean, as many, overwritten.
///   - norm: its largest size of late, as many, overwritten.
///   - gradients: as many.
///   - rate: the learning rate, the correction of the mean's bias towards zero included.
///   - share: 1 - β1.
///   - kept: β2.
///   - decay: the weight decay times the learning rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func adamaxUpdate(
  values: MutableFloatBuffer, momentum: MutableFloatBuffer, norm: MutableFloatBuffer, gradients: FloatBuffer,
  rate: Float, share: Float, kept: Float, epsilon: Float, decay: Float, scale: Float
) {
  precondition(
    values.count == momentum.count && values.count == norm.count && values.count == gradients.count,
    "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    momentum[i] += (gradient - momentum[i]) * share
    norm[i] = max(kept * norm[i], abs(gradient))
    values[i] = (values[i] - values[i] * decay) - rate * momentum[i] / (norm[i] + epsilon)
  }
}
