import Kernels
import Tensors
import Testing

/// What OpenBLAS shows of how it multiplies decides how fast a product is, never its bits.
@Suite struct ProductExperimentTests {
  init() { OpenBLAS.useCallingThreadOnly() }

  private static let slices: [[Range<Int>]] = [[0..<5, 5..<10, 10..<12], [0..<64, 64..<128, 128..<130]]

  /// Three times: slice by slice, when OpenBLAS is asked, and as it answered. The larger shape goes by tiles, where OpenBLAS
  /// has kernels for these, unless it is transposed.
  @Test(arguments: slices, [(70, 90, false), (70, 90, true), (500, 600, false), (500, 600, true)])
  func aProductOfSlicesHasTheBitsOfEachAlone(_ slices: [Range<Int>], _ shape: (Int, Int, Bool)) {
    let (rows, (inner, columns, isTransposed)) = (slices.last?.upperBound ?? 0, shape)
    let a = FloatStorage(Values.fractional.random(rows * inner, seed: 1))
    let b = FloatStorage(Values.fractional.random(inner * columns, seed: 2))
    let left = Matrix(a.buffer.reading, rows: rows, columns: inner)
    let right =
      isTransposed
      ? Matrix(b.buffer.reading, rows: columns, columns: inner).transposed
      : Matrix(b.buffer.reading, rows: inner, columns: columns)
    let alone = slices.flatMap { slice in
      let target = FloatStorage(nan: slice.count * columns)
      let own = a.buffer.reading.part(slice.lowerBound * inner..<slice.upperBound * inner)
      multiply(
        Matrix(own, rows: slice.count, columns: inner), right,
        into: Matrix(target.buffer, rows: slice.count, columns: columns), slices: [0..<slice.count])
      return target.floats
    }
    for _ in 0..<3 {
      let target = FloatStorage(nan: rows * columns)
      multiply(left, right, into: Matrix(target.buffer, rows: rows, columns: columns), slices: slices)
      expectSameBits(target.floats, alone)
    }
  }

  /// Tiles that do not fit evenly, of whole numbers, whose sums are exact.
  @Test func noTileIsLeftOut() {
    let (rows, inner, columns) = (70, 500, 600)
    let (a, b) = (Values.whole.random(rows * inner, seed: 1), Values.whole.random(inner * columns, seed: 2))
    let (left, right) = (FloatStorage(a), FloatStorage(b))
    let target = FloatStorage(nan: rows * columns)
    multiply(
      Matrix(left.buffer.reading, rows: rows, columns: inner),
      Matrix(right.buffer.reading, rows: inner, columns: columns),
      into: Matrix(target.buffer, rows: rows, columns: columns), slices: [0..<rows])
    var expected = [Float](repeating: 0, count: rows * columns)
    for m in 0..<rows {
      for k in 0..<inner {
        for n in 0..<columns { expected[m * columns + n] += a[m * inner + k] * b[k * columns + n] }
      }
    }
    expectSameBits(target.floats, expected)
  }

  /// Products of more than a million multiplications, which are cut in all three directions where OpenBLAS has kernels for
  /// tiles, in parts that are not all of one size; a transposed factor, and a sum.
  @Test(arguments: [(300, 130, 100), (130, 300, 150)], [false, true])
  func noPartOfAProductIsLeftOut(_ shape: (Int, Int, Int), isTransposed: Bool) {
    let (rows, inner, columns) = shape
    let (a, b) = (Values.whole.random(rows * inner, seed: 1), Values.whole.random(inner * columns, seed: 2))
    let (left, right) = (FloatStorage(a), FloatStorage(b))
    let factor =
      isTransposed
      ? Matrix(left.buffer.reading, rows: inner, columns: rows).transposed
      : Matrix(left.buffer.reading, rows: rows, columns: inner)
    let target = FloatStorage(nan: rows * columns)
    for mode in [ProductMode.replace, .accumulate] {
      multiply(
        factor, Matrix(right.buffer.reading, rows: inner, columns: columns),
        into: Matrix(target.buffer, rows: rows, columns: columns), mode)
    }
    var expected = [Float](repeating: 0, count: rows * columns)
    for m in 0..<rows {
      for k in 0..<inner {
        let element = 2 * (isTransposed ? a[k * rows + m] : a[m * inner + k])
        for n in 0..<columns { expected[m * columns + n] += element * b[k * columns + n] }
      }
    }
    expectSameBits(target.floats, expected)
  }

  /// Where a product is said to add exactly, it does, on other numbers than it was tried with. The last has more terms than
  /// OpenBLAS adds up at a time.
  @Test(arguments: [(40, 24, 16), (249, 512, 64), (33, 48, 5_000)])
  func whatIsSaidToAddExactlyDoes(rows: Int, columns: Int, inner: Int) {
    let stride = rows + 3
    let isKnownAtOnce = addsExactly(rows: rows, columns: columns, inner: inner, stride: stride)
    #expect(!isKnownAtOnce, "a shape that is met once is not tried")
    let isExact = addsExactly(rows: rows, columns: columns, inner: inner, stride: stride)

    let a = FloatStorage(Values.fractional.random(inner * stride, seed: 3))
    let b = FloatStorage(Values.fractional.random(inner * columns, seed: 4))
    let start = Values.fractional.random(rows * columns, seed: 5)
    let (product, sum) = (FloatStorage(nan: rows * columns), FloatStorage(start))
    let left = Matrix(a.buffer.reading, rows: inner, columns: rows, stride: stride).transposed
    let right = Matrix(b.buffer.reading, rows: inner, columns: columns)
    multiply(left, right, into: Matrix(product.buffer, rows: rows, columns: columns))
    multiply(left, right, into: Matrix(sum.buffer, rows: rows, columns: columns), .accumulate)
    let expected = zip(start, product.floats).map { $0 + $1 }
    if isExact {
      expectSameBits(sum.floats, expected)
    } else {
      #expect(sum.floats != expected, "it adds exactly, but is said not to")
    }
  }
}
