import Tensors

/// Whether `target += aᵀ · b` by `multiply` has, bit for bit, the sum of the target and the product alone.
///
/// It has where OpenBLAS sums up each element of the product before it adds it. Where it cuts the inner dimension into parts,
/// it adds each to the target. OpenBLAS shows it, on this machine and for this very shape; see `ProductExperiment`.
///
/// - Parameters:
///   - rows: the target's.
///   - columns: the target's.
///   - inner: the rows of a and b.
///   - stride: the floats from one row of a to the next.
public func addsExactly(rows: Int, columns: Int, inner: Int, stride: Int) -> Bool {
  let product = AddedProduct(rows: rows, columns: columns, inner: inner, stride: stride)
  return experiment.outcome(for: product, product.compare)
}

private let experiment = ProductExperiment<AddedProduct>()

private struct AddedProduct: Hashable {
  let rows: Int
  let columns: Int
  let inner: Int
  let stride: Int

  /// Adds a product both ways and compares every bit.
  func compare() -> Bool {
    let a = ProductExperiment<Self>.numbers((inner - 1) * stride + rows)
    let b = ProductExperiment<Self>.numbers(inner * columns, sample: 1)
    let (at, parts) = (ProductExperiment<Self>.numbers(rows * columns, sample: 2), FloatStorage(count: rows * columns))
    let left = Matrix(a.buffer.reading, rows: inner, columns: rows, stride: stride).transposed
    let right = Matrix(b.buffer.reading, rows: inner, columns: columns)
    multiply(left, right, into: Matrix(parts.buffer, rows: rows, columns: columns))
    for i in 0..<parts.buffer.count { parts.buffer[i] += at.buffer[i] }
    multiply(left, right, into: Matrix(at.buffer, rows: rows, columns: columns), .accumulate)
    return at.buffer.hasBits(of: parts.buffer)
  }
}
