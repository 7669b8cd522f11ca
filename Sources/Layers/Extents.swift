/// Two extents, height and width: `3` for the same on both axes, `[3, 5]` for each.
public struct Extents2: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// The first.
  public let height: Int
  /// The second.
  public let width: Int

  /// One for each axis.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// `3`.
  public init(integerLiteral extent: Int) { self.init(extent, extent) }

  /// `[3, 5]`.
  public init(arrayLiteral extents: Int...) {
    precondition(extents.count == 2, "height and width are two extents, got \(extents)")
    self.init(extents[0], extents[1])
  }

  /// Outermost first.
  public var list: [Int] { [height, width] }
}

/// Three extents, depth, height and width: `3` for the same on all axes, `[3, 5, 5]` for each.
public struct Extents3: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// The first.
  public let depth: Int
  /// The second.
  public let height: Int
  /// The third.
  public let width: Int

  /// One for each axis.
  public init(_ depth: Int, _ height: Int, _ width: Int) {
    self.depth = depth
    self.height = height
    self.width = width
  }

  /// `3`.
  public init(integerLiteral extent: Int) { self.init(extent, extent, extent) }

  /// `[3, 5, 5]`.
  public init(arrayLiteral extents: Int...) {
    precondition(extents.count == 3, "depth, height and width are three extents, got \(extents)")
    self.init(extents[0], extents[1], extents[2])
  }

  /// Outermost first.
  public var list: [Int] { [depth, height, width] }
}
