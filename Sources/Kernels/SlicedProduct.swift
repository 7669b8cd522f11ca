import Synchronization
import Tensors

/// `target = a · b`, where the rows of `a` and `target` belong to slices of samples, each with the bits that a product of its
/// slice alone would have.
///
/// One product of many rows packs `b` once instead of once a slice, which for a wide dense layer saves half the time. It is
/// taken where OpenBLAS has shown, on this machine and for these very shapes, that a row's bits do not depend on the rows
/// beside it; else each slice has its own product. So the result is the same either way, and on any number of ranks.
///
/// - Parameters:
///   - slices: the samples of each slice, from 0, without gaps.
///   - rowsPerSample: how many rows of `a` and `target` each sample has.
public func multiply(
  _ a: Matrix<FloatBuffer>, _ b: Matrix<FloatBuffer>, into target: Matrix<MutableFloatBuffer>, slices: [Range<Int>],
  rowsPerSample: Int = 1
) {
  precondition(
    (slices.last?.upperBound ?? 0) * rowsPerSample == a.rows && !a.isTransposed, "the slices cover the rows")
  if slices.count == 1 || RowIndependence.holds(slices, rowsPerSample, inner: a.columns, b) {
    multiply(a, b, into: target)
  } else {
    for slice in slices {
      let rows = slice.lowerBound * rowsPerSample..<slice.upperBound * rowsPerSample
      multiply(a.rows(rows), b, into: target.rows(rows))
    }
  }
}

/// What OpenBLAS has shown so far. Its code paths depend on the shapes of a product and never on its numbers, so one
/// comparison on random numbers speaks for all.
private enum RowIndependence {
  private struct Product: Hashable {
    let slices: [Range<Int>]
    let rowsPerSample: Int
    let inner: Int
    let columns: Int
    let isTransposed: Bool
  }

  private static let shown = Mutex<[Product: Bool]>([:])

  static func holds(_ slices: [Range<Int>], _ rowsPerSample: Int, inner: Int, _ b: Matrix<FloatBuffer>) -> Bool {
    let product = Product(
      slices: slices, rowsPerSample: rowsPerSample, inner: inner, columns: b.columns, isTransposed: b.isTransposed)
    if let known = shown.withLock({ $0[product] }) { return known }
    let holds = compare(product, b)
    shown.withLock { $0[product] = holds }
    return holds
  }

  /// Multiplies random rows with `b` both ways and compares every bit.
  private static func compare(_ product: Product, _ b: Matrix<FloatBuffer>) -> Bool {
    let rows = (product.slices.last?.upperBound ?? 0) * product.rowsPerSample
    let a = FloatStorage(count: rows * product.inner)
    var random = RandomSequence(RandomKey(seed: 0, purpose: .rowIndependence))
    for i in 0..<a.buffer.count { a.buffer[i] = random.uniform() - 0.5 }
    let (whole, parts) = (FloatStorage(count: rows * product.columns), FloatStorage(count: rows * product.columns))
    let left = Matrix(a.buffer.reading, rows: rows, columns: product.inner)
    multiply(left, b, into: Matrix(whole.buffer, rows: rows, columns: product.columns))
    let target = Matrix(parts.buffer, rows: rows, columns: product.columns)
    for slice in product.slices {
      let rows = slice.lowerBound * product.rowsPerSample..<slice.upperBound * product.rowsPerSample
      multiply(left.rows(rows), b, into: target.rows(rows))
    }
    return zip(whole.buffer, parts.buffer).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
