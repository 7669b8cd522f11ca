import Tensors

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
