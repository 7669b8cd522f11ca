import Tensors

/// Adds a bias to every row, and on demand turns what is negative then into 0.
///
/// Sixteen or eight channels at a time, so that their bias stays in a register over all rows. A NaN is not rectified: it must
/// show.
///
/// - Parameters:
///   - bias: (C,).
///   - values: (…, C).
func addBias(_ bias: FloatBuffer, to values: MutableFloatBuffer, rectifies: Bool) {
  let channels = bias.count
  guard let source = bias.baseAddress, let target = values.baseAddress else { return }
  var first = 0
  while channels &- first >= Lanes.scalarCount {
    let lanes = load(source + first, Lanes.scalarCount)
    for row in stride(from: first, to: values.count, by: channels) {
      var sum = load(target + row, Lanes.scalarCount) + lanes
      if rectifies { sum.replace(with: 0, where: sum .< 0) }
      store(sum, target + row, Lanes.scalarCount)
    }
    first &+= Lanes.scalarCount
  }
  while first < channels {
    let width = channels &- first
    let lanes = octet(source + first, width)
    for row in stride(from: first, to: values.count, by: channels) {
      let sum = octet(target + row, width) + lanes
      store(rectifies ? sum.rectified : sum, target + row, width)
    }
    first &+= Octet.scalarCount
  }
}

/// The gradient of a bias, `dbias[c] = Σ dy[·, c]`: forward adds the bias to every row.
///
/// - Parameters:
///   - dy: (…, C), the gradient before the activation.
///   - dbias: (C,), overwritten; or the sum of all rows is added to it.
public func biasGradient(dy: FloatBuffer, dbias: MutableFloatBuffer, _ mode: ProductMode = .replace) {
  let channels = dbias.count
  precondition(dy.count % channels == 0, "channels do not fit")
  guard let source = dy.baseAddress, let target = dbias.baseAddress else { return }
  // Sixteen channels at a time stay in registers over all rows; dbias would go through memory for each.
  for first in stride(from: 0, to: channels, by: Lanes.scalarCount) {
    let width = channels - first
    var sum = Lanes()
    for row in stride(from: first, to: dy.count, by: channels) { sum += load(source + row, width) }
    store(mode == .accumulate ? load(target + first, width) + sum : sum, target + first, width)
  }
}

/// The same sample by sample, so that the bits do not depend on how many samples come at a time.
///
/// - Parameters:
///   - dy: (samples, …, C).
///   - dbias: (C,), overwritten; or the sums of all samples are added to it in order.
public func biasGradient(dy: TensorView, dbias: MutableFloatBuffer, _ mode: ProductMode = .replace) {
  for n in 0..<dy.samples {
    biasGradient(dy: dy.sample(n).reading, dbias: dbias, n > 0 ? .accumulate : mode)
  }
}
