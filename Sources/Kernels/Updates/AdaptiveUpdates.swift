import Tensors

/// One step of RMSprop (Tieleman and Hinton, 2012), as Keras 3 writes it, in one pass over memory:
///
///     g = scale · gradient
///     value -= decay · value
///     velocity = ρ · velocity + (1 - ρ) · g²
///     mean = ρ · mean + (1 - ρ) · g                       where it is centred
///     increment = rate · g / √(velocity - mean² + ε)
///     value -= increment, or momentum = μ · momentum + increment and value -= momentum
///
/// - Parameters:
///   - values, velocity: as many as gradients, overwritten.
///   - mean, momentum: likewise; nil for none.
///   - shares: ρ and 1 - ρ.
///   - decay: the weight decay times the learning rate.
///   - scale: what clipping leaves of the gradient, 1 for all.
public func rmspropUpdate(
  values: MutableFloatBuffer, velocity: MutableFloatBuffer, mean: MutableFloatBuffer?, momentum: MutableFloatBuffer?,
  gradients: FloatBuffer, rate: Float, shares: (kept: Float, taken: Float), momentumShare: Float, epsilon: Float,
  decay: Float, scale: Float
) {
  precondition(values.count == velocity.count && values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count {
    let gradient = gradients[i] * scale
    let square = shares.kept * velocity[i] + shares.taken * (gradient * gradient)
    velocity[i] = square
    var spread = square
    if let mean {
      let average = shares.kept * mean[i] + shares.taken * gradient
      mean[i] = average
      spread -= average * average
    }
    var increment = rate * gradient / (spread + epsilon).squareRoot()
    if let momentum {
      increment += momentumShare * momentum[i]
      momentum[i] = increment
    }
    values[i] = (values[i] - values[i] * decay) - increment
  }
}

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

/// Brings every gradient into ±`limit`; a NaN stays one.
public func clip(_ gradients: MutableFloatBuffer, to limit: Float) {
  for i in 0..<gradients.count {
    gradients[i] = gradients[i] > limit ? limit : gradients[i] < -limit ? -limit : gradients[i]
  }
}

/// Multiplies every gradient.
public func scale(_ gradients: MutableFloatBuffer, by factor: Float) {
  for i in 0..<gradients.count { gradients[i] *= factor }
}
