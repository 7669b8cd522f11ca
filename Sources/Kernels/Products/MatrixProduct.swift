internal import COpenBLAS
import Tensors

/// A matrix in row-major order whose rows may lie further apart than they are long.
public struct Matrix<Buffer> {
  let buffer: Buffer
  let rows: Int
  let columns: Int
  let stride: Int
  let isTransposed: Bool
}

extension Matrix where Buffer == FloatBuffer {
  /// Views `rows` × `columns` floats, row after row, each `stride` (by default `columns`) after the one before.
  public init(_ buffer: FloatBuffer, rows: Int, columns: Int, stride: Int? = nil) {
    self.init(buffer: buffer, rows: rows, columns: columns, stride: stride ?? columns, isTransposed: false)
    precondition(rows == 0 || (rows - 1) * self.stride + columns <= buffer.count, "the matrix leaves its buffer")
  }

  /// Some of the rows and columns.
  public func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Matrix {
    if isTransposed { return transposed.part(columns, rows).transposed }
    let start = rows.lowerBound * stride + columns.lowerBound
    return Matrix(buffer.part(start..<buffer.count), rows: rows.count, columns: columns.count, stride: stride)
  }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> Matrix { part(range, 0..<columns) }

  /// The same floats read with rows and columns exchanged.
  public var transposed: Matrix {
    Matrix(buffer: buffer, rows: columns, columns: rows, stride: stride, isTransposed: !isTransposed)
  }
}

extension Matrix where Buffer == MutableFloatBuffer {
  /// Views `rows` × `columns` floats, row after row, each `stride` (by default `columns`) after the one before.
  public init(_ buffer: MutableFloatBuffer, rows: Int, columns: Int, stride: Int? = nil) {
    self.init(buffer: buffer, rows: rows, columns: columns, stride: stride ?? columns, isTransposed: false)
    precondition(rows == 0 || (rows - 1) * self.stride + columns <= buffer.count, "the matrix leaves its buffer")
  }
}

extension Matrix where Buffer == MutableFloatBuffer {
  /// Some of the rows and columns.
  public func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Matrix {
    let start = rows.lowerBound * stride + columns.lowerBound
    return Matrix(buffer.part(start..<buffer.count), rows: rows.count, columns: columns.count, stride: stride)
  }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> Matrix { part(range, 0..<columns) }

  /// The same floats, to be read only.
  public var reading: Matrix<FloatBuffer> {
    Matrix<FloatBuffer>(buffer.reading, rows: rows, columns: columns, stride: stride)
  }
}

/// What a product does with what its target held before.
public enum ProductMode {
  /// The target is overwritten.
  case replace
  /// The product is added to the target.
  case accumulate
}

/// `target = a · b`, or `target += a · b`: every matrix product of the program, by OpenBLAS's `cblas_sgemm`, at once or in
/// tiles, which is a matter of the shapes alone.
public func multiply(
  _ a: Matrix<FloatBuffer>, _ b: Matrix<FloatBuffer>, into target: Matrix<MutableFloatBuffer>,
  _ mode: ProductMode = .replace
) {
  precondition(
    a.columns == b.rows && target.rows == a.rows && target.columns == b.columns,
    "(\(a.rows), \(a.columns)) · (\(b.rows), \(b.columns)) is not (\(target.rows), \(target.columns))")
  guard let tiles = ProductTiles(a, b) else { return multiplyAtOnce(a, b, into: target, mode) }
  tiles.multiply(a, b, into: target, mode, slices: [0..<a.rows])
}

/// One call of OpenBLAS.
func multiplyAtOnce(
  _ a: Matrix<FloatBuffer>, _ b: Matrix<FloatBuffer>, into target: Matrix<MutableFloatBuffer>, _ mode: ProductMode
) {
  cblas_sgemm(
    CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans, b.isTransposed ? CblasTrans : CblasNoTrans,
    blasint(a.rows), blasint(b.columns), blasint(a.columns),
    1, a.buffer.baseAddress, blasint(a.stride), b.buffer.baseAddress, blasint(b.stride),
    mode == .accumulate ? 1 : 0, target.buffer.baseAddress, blasint(target.stride))
}
