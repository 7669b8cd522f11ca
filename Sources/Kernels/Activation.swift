import Tensors

/// The element-wise function at the end of a layer.
public enum Activation: String, Sendable, Codable {
  /// y = x.
  case linear
  /// y = max(x, 0); a NaN stays one, so that a diverged network shows in its loss.
  case relu
  /// y = exp(x) / Σ exp(x), over the last axis.
  case softmax

  /// Adds the bias of each channel and applies the function, in one pass and in place.
  ///
  /// - Parameters:
  ///   - bias: (C,), or nil for none.
  ///   - values: (…, C).
  ///   - channels: C.
  public func apply(bias: FloatBuffer?, to values: MutableFloatBuffer, channels: Int) {
    precondition(values.count % channels == 0 && bias?.count ?? channels == channels, "channels do not fit")
    switch self {
    case .linear: if let bias { addBias(bias, to: values) }
    case .relu: if let bias { addBiasAndRectify(bias, in: values) } else { rectify(values) }
    case .softmax:
      if let bias { addBias(bias, to: values) }
      softmaxRows(values, classes: channels)
    }
  }

  /// Turns the gradient after the function, `dy`, into the one before it, in place.
  ///
  /// - Parameters:
  ///   - y: what `apply` gave, (…, C).
  ///   - dy: (…, C), overwritten.
  ///   - channels: C.
  public func gradient(y: FloatBuffer, dy: MutableFloatBuffer, channels: Int) {
    precondition(y.count == dy.count && dy.count % channels == 0, "channels do not fit")
    switch self {
    case .linear: break
    case .relu: for i in 0..<dy.count { dy[i] = y[i] > 0 ? dy[i] : 0 }
    case .softmax:
      // forward: y_i = exp(x_i) / Σ_j exp(x_j), so dx_i = y_i (dy_i - Σ_j dy_j y_j)
      for row in stride(from: 0, to: dy.count, by: channels) {
        var inner: Float = 0
        for c in row..<row + channels { inner += dy[c] * y[c] }
        for c in row..<row + channels { dy[c] = y[c] * (dy[c] - inner) }
      }
    }
  }
}

private func addBias(_ bias: FloatBuffer, to values: MutableFloatBuffer) {
  for row in stride(from: 0, to: values.count, by: bias.count) {
    for c in 0..<bias.count { values[row + c] += bias[c] }
  }
}

private func addBiasAndRectify(_ bias: FloatBuffer, in values: MutableFloatBuffer) {
  for row in stride(from: 0, to: values.count, by: bias.count) {
    for c in 0..<bias.count {
      let sum = values[row + c] + bias[c]
      values[row + c] = sum < 0 ? 0 : sum
    }
  }
}

private func rectify(_ values: MutableFloatBuffer) {
  for i in 0..<values.count { values[i] = values[i] < 0 ? 0 : values[i] }
}

/// The gradient of a bias, `dbias[c] = Σ dy[·, c]`: forward adds the bias to every row.
///
/// - Parameters:
///   - dy: (…, C), the gradient before the activation.
///   - dbias: (C,), overwritten or added to, row by row.
public func biasGradient(dy: FloatBuffer, dbias: MutableFloatBuffer, _ mode: ProductMode = .replace) {
  let channels = dbias.count
  precondition(dy.count % channels == 0, "channels do not fit")
  guard let source = dy.baseAddress, let target = dbias.baseAddress else { return }
  // Sixteen channels at a time stay in registers over all rows; dbias would go through memory for each.
  let whole = channels / 16 * 16
  for first in stride(from: 0, to: whole, by: 16) {
    let place = UnsafeMutableRawPointer(target + first)
    var sum = mode == .accumulate ? place.loadUnaligned(as: SIMD16<Float>.self) : SIMD16()
    for row in stride(from: first, to: dy.count, by: channels) {
      sum += UnsafeRawPointer(source + row).loadUnaligned(as: SIMD16<Float>.self)
    }
    place.storeBytes(of: sum, as: SIMD16<Float>.self)
  }
  for c in whole..<channels {
    var sum = mode == .accumulate ? target[c] : 0
    for row in stride(from: c, to: dy.count, by: channels) { sum += source[row] }
    target[c] = sum
  }
}
