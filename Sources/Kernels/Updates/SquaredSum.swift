import Tensors

/// `Σ x²`, in double precision and in an order that depends on the count alone.
public func squaredSum(_ x: FloatBuffer) -> Double {
  guard let start = UnsafeRawPointer(x.baseAddress) else { return 0 }
  var lanes = SIMD8<Double>()
  let whole = x.count / 8 * 8
  for i in Swift.stride(from: 0, to: whole, by: 8) {
    let values = SIMD8<Double>(start.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Float>.self))
    lanes += values * values
  }
  var sum = lanes.sum()
  for i in whole..<x.count { sum += Double(x[i]) * Double(x[i]) }
  return sum
}

/// `Σ |x|`, likewise.
public func absoluteSum(_ x: FloatBuffer) -> Double {
  guard let start = UnsafeRawPointer(x.baseAddress) else { return 0 }
  var lanes = SIMD8<Double>()
  let whole = x.count / 8 * 8
  for i in Swift.stride(from: 0, to: whole, by: 8) {
    let values = SIMD8<Double>(start.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Float>.self))
    lanes += values.replacing(with: -values, where: values .< 0)
  }
  var sum = lanes.sum()
  for i in whole..<x.count { sum += Double(abs(x[i])) }
  return sum
}

/// Adds the gradient of the penalty `factor · Σ |w|` to that of the loss: `gradients += factor · sign(values)`, where 0 has no sign.
///
/// - Parameters:
///   - gradients: overwritten.
///   - values: as many.
public func addSignGradient(_ gradients: MutableFloatBuffer, values: FloatBuffer, factor: Float) {
  precondition(values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count { gradients[i] += values[i] > 0 ? factor : values[i] < 0 ? -factor : 0 }
}

/// Adds the gradient of the penalty `factor · Σ w²` to that of the loss: `gradients += 2 · factor · values`.
///
/// - Parameters:
///   - gradients: overwritten.
///   - values: as many.
public func addPenaltyGradient(_ gradients: MutableFloatBuffer, values: FloatBuffer, factor: Float) {
  precondition(values.count == gradients.count, "a gradient for each value")
  for i in 0..<values.count { gradients[i] += values[i] * (2 * factor) }
}

/// A running average takes a new observation: `average = momentum · average + (1 - momentum) · observed`.
///
/// - Parameters:
///   - average: overwritten.
///   - observed: as many.
public func averageUpdate(_ average: MutableFloatBuffer, observed: FloatBuffer, momentum: Float) {
  precondition(average.count == observed.count, "an observation for each average")
  for i in 0..<average.count { average[i] = average[i] * momentum + observed[i] * (1 - momentum) }
}
