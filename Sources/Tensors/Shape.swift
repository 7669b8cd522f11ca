/// The extents of a tensor, outermost first; channels come last, as in Keras.
///
/// Layers deal in the shape of ONE sample, such as `[32, 32, 3]` for (height, width, channels); how many samples there
/// are stands beside it in `TensorView.samples`.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extent of each axis.
  public let dimensions: [Int]
  /// The product of the extents; 1 for a scalar, `Int.max` where it is larger than that.
  public let count: Int

  /// Makes a shape of extents that are all at least 1.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 > 0 }, "a shape's extents are positive, found \(dimensions)")
    self.dimensions = dimensions
    self.count = dimensions.reduce(1) { product, extent in
      let (next, overflows) = product.multipliedReportingOverflow(by: extent)
      return overflows ? .max : next
    }
  }

  /// `[32, 32, 3]`.
  public init(arrayLiteral dimensions: Int...) {
    self.init(dimensions)
  }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The extent of one axis, counted from the outermost.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// As Python prints a tuple: `(32, 32, 3)`, `(10,)`, `()`.
  public var description: String {
    let list = dimensions.map(String.init).joined(separator: ", ")
    return rank == 1 ? "(\(list),)" : "(\(list))"
  }
}
