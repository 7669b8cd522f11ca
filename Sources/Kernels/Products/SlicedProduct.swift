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
  let rows = slices.map { $0.lowerBound * rowsPerSample..<$0.upperBound * rowsPerSample }
  if let tiles = ProductTiles(wide: b) { return tiles.multiply(a, b, into: target, .replace, slices: rows) }
  let product = SlicedProduct(slices: rows, inner: a.columns, columns: b.columns, isTransposed: b.isTransposed)
  if slices.count == 1 || experiment.outcome(for: product, { product.compare(b) }) {
    multiply(a, b, into: target)
  } else {
    for slice in rows { multiply(a.rows(slice), b, into: target.rows(slice)) }
  }
}

private let experiment = ProductExperiment<SlicedProduct>()

private struct SlicedProduct: Hashable {
  /// The rows of each slice.
  let slices: [Range<Int>]
  let inner: Int
  let columns: Int
  let isTransposed: Bool

  /// Whether the bits of a row do not depend on the rows beside it: multiplies random rows with `b` both ways and compares
  /// every bit.
  func compare(_ b: Matrix<FloatBuffer>) -> Bool {
    let rows = slices.last?.upperBound ?? 0
    let a = ProductExperiment<Self>.numbers(rows * inner)
    let (whole, parts) = (FloatStorage(count: rows * columns), FloatStorage(count: rows * columns))
    let left = Matrix(a.buffer.reading, rows: rows, columns: inner)
    multiply(left, b, into: Matrix(whole.buffer, rows: rows, columns: columns))
    let target = Matrix(parts.buffer, rows: rows, columns: columns)
    for slice in slices { multiply(left.rows(slice), b, into: target.rows(slice)) }
    return whole.buffer.hasBits(of: parts.buffer)
  }
}
