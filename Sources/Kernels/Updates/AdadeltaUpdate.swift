import Tensors

/// One step of Adadelta (Zeiler, "ADADELTA: an adaptive learning rate method", 2012), in one pass over memory, as Keras 3 writes
/// it:
///
///     g = scale · gradient
///     value -= decay · value
///     squares = ρ · squares + (1 - ρ) · g²
///     step = g · √(steps + ε) / √(squares + ε)
///     steps = ρ · steps + (1 - ρ) · step²
///     value -= rate · step
///
/// - Parameters:
///   - values: overwritten.
///   - squares: the running mean of the gradient's square, as many, overwritten.
///   - steps: that of the steps' squares, as many, overwritten.
///   - gradients: as many.
///   - rho: ρ, and beside it 1 - ρ.
///   - decay: the weight decay times the learning rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func adadeltaUpdate(
  values: MutableFloatBuffer, squares: MutableFloatBuffer, steps: MutableFloatBuffer, gradients: FloatBuffer,
  rate: Float, rho: (Float, rest: Float), epsilon: Float, decay: Float, scale: Float
) {
  precondition(
    values.count == squares.count && values.count == steps.count && values.count == gradients.count,
    "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    squares[i] = rho.0 * squares[i] + rho.rest * (gradient * gradient)
    let step = (steps[i] + epsilon).squareRoot() * gradient / (squares[i] + epsilon).squareRoot()
    steps[i] = rho.0 * steps[i] + rho.rest * (step * step)
    values[i] = (values[i] - values[i] * decay) - rate * step
  }
}
