/// What a network answers for a sample, and so what there is to tell of its answers.
public enum Answers: Hashable, Sendable {
  /// One of so many classes.
  case oneClass(of: Int)
  /// One of so many classes at each of several positions: pixels, time steps.
  case positions(Int, classes: Int)
  /// So many labels, at each of some positions, each set or not.
  case labels(Int, positions: Int)
  /// So many numbers.
  case numbers(Int)
}

extension Objective {
  /// What the network answers. Classes are told by the largest output or, where there is one, by whether it is above ½.
  public var answers: Answers {
    let positions = output.count / width
    let classes: Int
    switch loss.kind {
    case .categoricalCrossentropy, .sparseCategoricalCrossentropy: classes = width
    case .binaryCrossentropy where width == 1: classes = 2
    case .binaryCrossentropy where !takesClasses: return .labels(width, positions: positions)
    case _ where takesClasses: classes = width
    default: return .numbers(output.count)
    }
    return positions == 1 ? .oneClass(of: classes) : .positions(positions, classes: classes)
  }

  /// Whether what `verdictRows` calls a probability is one: where a cross-entropy trains it.
  var hasProbabilities: Bool { loss.kind.isCategorical || loss.kind == .binaryCrossentropy }
}
