internal import COpenBLAS

/// The eigenvectors of a symmetric matrix, by LAPACK's `dsyev` in the calling thread alone.
public struct Eigenvectors {
  /// In descending order.
  public let values: [Double]
  /// Of length 1, one for each value.
  public let vectors: [[Double]]

  /// Works them out; nil where LAPACK finds none, as for a matrix with what is no number.
  ///
  /// - Parameters:
  ///   - matrix: `order` rows of as many numbers.
  ///   - order: how many rows there are.
  public init?(of matrix: [Double], order: Int) {
    precondition(order > 0 && matrix.count == order * order, "a square matrix")
    var (vectors, values) = (matrix, [Double](repeating: 0, count: order))
    // As dsyev is quickest: blocks of 64 columns and two more.
    var work = [Double](repeating: 0, count: 66 * order)
    var (size, workSize, fault) = (blasint(order), blasint(work.count), blasint(0))
    dsyev_("V", "U", &size, &vectors, &size, &values, &work, &workSize, &fault)
    guard fault == 0, values.allSatisfy(\.isFinite) else { return nil }
    // Ascending, and column by column, so that each vector lies in one piece.
    self.values = values.reversed()
    self.vectors = (0..<order).reversed().map { Array(vectors[$0 * order..<($0 + 1) * order]) }
  }
}
