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
    case .linear: if let bias { addBias(bias, to: values, rectifies: false) }
    case .relu: if let bias { addBias(bias, to: values, rectifies: true) } else { rectify(values) }
    case .softmax:
      if let bias { addBias(bias, to: values, rectifies: false) }
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

/// Sixteen channels at a time, so that their bias stays in a register over all rows. A NaN is not rectified: it must show.
private func addBias(_ bias: FloatBuffer, to values: MutableFloatBuffer, rectifies: Bool) {
  let channels = bias.count
  guard let source = bias.baseAddress, let target = values.baseAddress else { return }
  for first in stride(from: 0, to: channels, by: Lanes.scalarCount) {
    let width = channels - first
    let lanes = load(source + first, width)
    for row in stride(from: first, to: values.count, by: channels) {
      var sum = load(target + row, width) + lanes
      if rectifies { sum.replace(with: 0, where: sum .< 0) }
      store(sum, target + row, width)
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
  for first in stride(from: 0, to: channels, by: Lanes.scalarCount) {
    let width = channels - first
    var sum = mode == .accumulate ? load(target + first, width) : Lanes()
    for row in stride(from: first, to: dy.count, by: channels) { sum += load(source + row, width) }
    store(sum, target + first, width)
  }
}
