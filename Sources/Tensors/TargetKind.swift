/// What a model's output is held against, for one sample.
public enum TargetKind: Hashable, Sendable {
  /// One class for each position: of so many classes, at positions of this shape, which is `[]` for one class a sample.
  case classes(Int, positions: Shape)
  /// A number for each output, of this shape: several labels, shares of classes, or any floats.
  case values(Shape)

  /// How many numbers it has.
  public var count: Int {
    switch self {
    case .classes(_, let positions): positions.count
    case .values(let shape): shape.count
    }
  }
}
