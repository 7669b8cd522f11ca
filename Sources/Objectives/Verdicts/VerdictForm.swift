/// How many numbers are kept of each sample that is judged, and how many are counted over all of them.
public struct VerdictForm: Hashable, Sendable {
  /// What the network answers.
  public let answers: Answers
  /// Whether its outputs are probabilities.
  let hasProbabilities: Bool

  /// Of as many outputs of a network that answers with numbers each sample's are kept.
  static let mostNumbers = 16
  /// Up to so many classes every pair of them is counted where a sample has several positions.
  static let mostPairs = 128

  /// How many numbers are kept of a sample.
  ///
  /// - One class: the true one, the one that was predicted, the probability of that, and of the true one.
  /// - Positions: how many are right.
  /// - Labels: how many are wrong, the wrong one that was held surest, and how sure.
  /// - Numbers: the mean squared deviation, then output and target, of 16 at most.
  public var recordSize: Int {
    switch answers {
    case .oneClass: 4
    case .positions: 1
    case .labels: 3
    case .numbers(let count): 1 + 2 * min(count, Self.mostNumbers)
    }
  }

  /// How many whole numbers are counted: for positions and labels what each class has, then the bins of a calibration, then,
  /// where classes are few, their pairs.
  public var counterCount: Int {
    switch answers {
    case .oneClass, .numbers: 0
    case .positions, .labels: pairStart + pairCount
    }
  }

  /// For each class how many are of it, how many are taken for it, and how many are both.
  static let countersOfClass = 3

  /// How many classes, or labels, are counted.
  var classes: Int {
    switch answers {
    case .oneClass(let classes), .positions(_, let classes): classes
    case .labels(let labels, _): labels
    case .numbers: 0
    }
  }

  /// Where the bins of the calibration begin.
  var binStart: Int { Self.countersOfClass * classes }
  /// Where the pairs of classes begin.
  var pairStart: Int { binStart + Calibration.counterCount }
  /// How many pairs are counted.
  private var pairCount: Int {
    if case .positions = answers, classes <= Self.mostPairs { classes * classes } else { 0 }
  }
}
