/// Where each parameter of a model lies in its arena: one after another, without gaps, in the order of the layers; first
/// those that have a gradient, then those that stay as they are.
///
/// Because there are no gaps, a bucket is a range, the optimiser's update is one flat loop, and a checkpoint is one write.
public struct ParameterLayout: Hashable, Sendable {
  /// One tensor's place.
  public struct Entry: Hashable, Sendable {
    /// Keras's name, such as `conv2d/kernel`.
    public let name: String
    /// The tensor's extents, such as (kh, kw, in, out).
    public let shape: Shape
    /// Its floats, counted from the arena's start.
    public let range: Range<Int>
    /// Whether it stays as it is, without a gradient or an optimiser's states.
    public let isFixed: Bool
  }

  /// Every tensor, in arena order.
  public private(set) var entries: [Entry] = []

  /// An empty layout, to be filled by `append`.
  public init() {}

  /// How many floats the arena holds.
  public var count: Int { entries.last?.range.upperBound ?? 0 }

  /// How many of them, in front, have gradients.
  public var gradientCount: Int { entries.last { !$0.isFixed }?.range.upperBound ?? 0 }

  /// The tensor that `place`, counted from the arena's start, belongs to; nil behind the last.
  public func entry(at place: Int) -> Entry? { entries.first { $0.range.contains(place) } }

  /// Gives the next tensor its place, behind all others, and returns it. Those that are fixed come last.
  @discardableResult
  public mutating func append(name: String, shape: Shape, isFixed: Bool = false) -> Range<Int> {
    precondition(isFixed || entries.last?.isFixed != true, "\(name) comes behind what has no gradient")
    precondition(!entries.contains { $0.name == name }, "two parameters are named \(name)")
    let range = count..<count + shape.count
    entries.append(Entry(name: name, shape: shape, range: range, isFixed: isFixed))
    return range
  }
}
