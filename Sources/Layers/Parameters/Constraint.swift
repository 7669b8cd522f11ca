import Glibc
import Tensors

/// What a weight is brought back to after each step, as Keras's constraints of these names do it.
///
/// A norm is taken over some axes of the tensor, so that there is one for each place on the others: over axis 0 of a dense
/// kernel (in, units) one for each unit.
public enum Constraint: Hashable, Sendable {
  /// Norms above a maximum are cut down to it (Srivastava et al., "Dropout: a simple way to prevent neural networks from
  /// overfitting", 2014).
  case maxNorm(Float, axes: [Int])
  /// Negative weights become 0.
  case nonNegative
  /// Norms become 1.
  case unitNorm(axes: [Int])
  /// Norms are brought into a range, by the share `rate` of the way.
  case minMaxNorm(Float, Float, rate: Float, axes: [Int])

  /// What Keras adds to a norm before it divides by it.
  private static let epsilon: Float = 1e-7

  /// Applies it to a whole tensor, in place.
  public func apply(to values: MutableFloatBuffer, shape: Shape) {
    switch self {
    case .nonNegative: for i in 0..<values.count { values[i] = values[i] < 0 ? 0 : values[i] }
    case .maxNorm(let most, let axes):
      scale(values, shape, axes) { norm in min(norm, most) / (Self.epsilon + norm) }
    case .unitNorm(let axes): scale(values, shape, axes) { norm in 1 / (Self.epsilon + norm) }
    case .minMaxNorm(let least, let most, let rate, let axes):
      scale(values, shape, axes) { norm in
        (rate * min(max(norm, least), most) + (1 - rate) * norm) / (Self.epsilon + norm)
      }
    }
  }

  /// Multiplies what shares a norm by a factor of it.
  private func scale(
    _ values: MutableFloatBuffer, _ shape: Shape, _ axes: [Int], _ factor: (_ norm: Float) -> Float
  ) {
    let strides = shape.dimensions.indices.map { shape.dimensions[($0 + 1)...].reduce(1, *) }
    func places(_ isNormed: Bool) -> [Int] {
      shape.dimensions.indices.filter { axes.contains($0) == isNormed }.reduce([0]) { starts, axis in
        starts.flatMap { start in (0..<shape[axis]).map { start + $0 * strides[axis] } }
      }
    }
    let within = places(true)
    for start in places(false) {
      var sum: Float = 0
      for place in within { sum += values[start + place] * values[start + place] }
      let factor = factor(sum.squareRoot())
      for place in within { values[start + place] *= factor }
    }
  }

  /// Why it cannot be for a tensor of `shape`; nil where it can.
  public func flaw(for shape: Shape) -> String? {
    let axes: [Int]
    switch self {
    case .nonNegative: return nil
    case .maxNorm(_, let own), .unitNorm(let own), .minMaxNorm(_, _, _, let own): axes = own
    }
    return axes.allSatisfy { 0..<shape.rank ~= $0 } ? nil : "a norm over the axes \(axes) of \(shape)"
  }
}
