import Tensors

/// How fast OpenBLAS multiplies on the calling thread: the yardstick of all that is made of products.
public enum ProductRate {
  /// The best of several products of 1024 × 1024 matrices, in floating-point operations a second.
  public static func measure() -> Double {
    let side = 1024
    let (a, b, c) = (
      FloatStorage(count: side * side), FloatStorage(count: side * side), FloatStorage(count: side * side)
    )
    for i in 0..<side * side { (a.buffer[i], b.buffer[i]) = (Float(i % 7), Float(i % 5)) }
    let best = (0..<12).map { _ in
      ContinuousClock().measure {
        multiplyAtOnce(
          Matrix(a.buffer.reading, rows: side, columns: side), Matrix(b.buffer.reading, rows: side, columns: side),
          into: Matrix(c.buffer, rows: side, columns: side), .replace)
      }
    }.min()
    return 2 * Double(side * side * side) / ((best ?? .seconds(1)) / .seconds(1))
  }
}
