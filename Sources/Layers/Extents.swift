/// One number for each axis that a window slides over.
public protocol AxisExtents: Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// How many axes there are.
  static var axes: Int { get }
  /// One number for each axis, outermost first.
  var list: [Int] { get }
}

/// The extent of a single axis.
extension Int: AxisExtents {
  public static var axes: Int { 1 }
  public var list: [Int] { [self] }
}

/// Two extents, height and width: `3` for the same on both axes, `[3, 5]` for each.
public struct Extents2: AxisExtents, ExpressibleByArrayLiteral {
  public static let axes = 2
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

  public var list: [Int] { [height, width] }
}

/// Three extents, depth, height and width: `3` for the same on all axes, `[3, 5, 5]` for each.
public struct Extents3: AxisExtents, ExpressibleByArrayLiteral {
  public static let axes = 3
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

  public var list: [Int] { [depth, height, width] }
}
