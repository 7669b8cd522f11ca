import Tensors

/// Newton–Schulz steps that bring a matrix near the orthogonal one nearest to it: every singular value goes to about 1 (0.68 to
/// 1.14), and the singular vectors stay (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024):
///
///     X ← a·X + (b·A + c·A²)·X,  A = X·Xᵀ,  a = 3.4445, b = -4.7750, c = 2.0315
///
/// or the same from the other side, where the matrix has more rows than columns.
public struct Orthogonalization {
  private static let (a, b, c) = (Float(3.4445), Float(-4.7750), Float(2.0315))
  /// What is added to the norm that the matrix is divided by.
  private static let epsilon = 1e-7

  private let rows, columns: Int
  /// The shorter side.
  private var side: Int { min(rows, columns) }

  /// Of matrices of `rows` × `columns`.
  public init(rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
  }

  /// The floats of scratch memory that it needs.
  public var scratchCount: Int { rows * columns + 2 * side * side }

  /// Takes `steps` steps.
  ///
  /// - Parameters:
  ///   - matrix: (rows, columns), overwritten. It is divided by its norm first, so that no singular value is above 1.
  ///   - steps: how many.
  ///   - scratch: `scratchCount` floats whose contents mean nothing.
  public func run(_ matrix: MutableFloatBuffer, steps: Int, scratch: MutableFloatBuffer) {
    precondition(matrix.count == rows * columns && scratch.count >= scratchCount, "a matrix and memory for it")
    scale(matrix, by: Float(1 / (squaredSum(matrix.reading).squareRoot() + Self.epsilon)))
    let (count, square) = (matrix.count, side * side)
    let next = scratch.part(0..<count)
    let gram = scratch.part(count..<count + square)
    let polynomial = scratch.part(count + square..<count + 2 * square)
    for _ in 0..<steps {
      let x = Matrix(matrix.reading, rows: rows, columns: columns)
      let (own, other) = rows > columns ? (x.transposed, x) : (x, x.transposed)
      multiply(own, other, into: Matrix(gram, rows: side, columns: side))
      let symmetric = Matrix(gram.reading, rows: side, columns: side)
      multiply(symmetric, symmetric, into: Matrix(polynomial, rows: side, columns: side))
      for i in 0..<square { polynomial[i] = Self.b * gram[i] + Self.c * polynomial[i] }
      let factor = Matrix(polynomial.reading, rows: side, columns: side)
      let (left, right) = rows > columns ? (x, factor) : (factor, x)
      multiply(left, right, into: Matrix(next, rows: rows, columns: columns))
      for i in 0..<count { matrix[i] = Self.a * matrix[i] + next[i] }
    }
  }
}
