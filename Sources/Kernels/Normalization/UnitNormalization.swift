import Tensors

/// The least square of a length that is divided by, Keras's: what is shorter than 1e-6 becomes no longer than 1.
private let leastSquare: Float = 1e-12

/// `y = x / √max(Σ x², 1e-12)` over each row of `width` floats.
public func unitNormalization(_ x: FloatBuffer, y: MutableFloatBuffer, width: Int) {
  precondition(x.count == y.count && x.count % width == 0, "\(x.count) floats are not rows of \(width)")
  for start in stride(from: 0, to: x.count, by: width) {
    var squares: Float = 0
    for i in start..<start + width { squares += x[i] * x[i] }
    let factor = 1 / max(squares, leastSquare).squareRoot()
    for i in start..<start + width { y[i] = x[i] * factor }
  }
}

/// The gradient of `unitNormalization`: `dx = (dy - y · Σ dy·y) / √Σ x²`, and `dy · 1e6` where Σ x² is below 1e-12.
///
/// - Parameters:
///   - x, y: what the function took and gave, rows of `width`.
///   - dy: the gradient by `y`, as many.
///   - dx: overwritten; it may be `dy`.
public func unitNormalizationGradient(
  x: FloatBuffer, y: FloatBuffer, dy: FloatBuffer, dx: MutableFloatBuffer, width: Int
) {
  precondition(x.count == dy.count && x.count % width == 0, "\(x.count) floats are not rows of \(width)")
  for start in stride(from: 0, to: x.count, by: width) {
    var (squares, along) = (Float(0), Float(0))
    for i in start..<start + width {
      squares += x[i] * x[i]
      along += dy[i] * y[i]
    }
    if squares < leastSquare { along = 0 }
    let factor = 1 / max(squares, leastSquare).squareRoot()
    for i in start..<start + width { dx[i] = (dy[i] - y[i] * along) * factor }
  }
}
