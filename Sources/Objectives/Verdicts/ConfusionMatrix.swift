/// How often each class is taken for each other one.
public struct ConfusionMatrix: Equatable, Codable, Sendable {
  /// Answers of one class that were taken for another.
  public struct Pair: Equatable, Codable, Sendable {
    /// The class that they are of.
    public let truth: Int
    /// The class that they were taken for.
    public let predicted: Int
    /// How many there are.
    public let count: Int
  }

  /// What there is of one class.
  public struct Figures: Equatable, Codable, Sendable {
    /// How many answers are of it.
    public var support = 0
    /// How many were taken for it.
    public var predicted = 0
    /// How many are both.
    public var right = 0

    /// Of what was taken for it, the share that is of it; 0 where nothing was.
    public var precision: Double { predicted == 0 ? 0 : Double(right) / Double(predicted) }
    /// Of what is of it, the share that was taken for it; 0 where nothing is.
    public var recall: Double { support == 0 ? 0 : Double(right) / Double(support) }
    /// The harmonic mean of the two; 0 where both are.
    public var f1: Double { support + predicted == 0 ? 0 : 2 * Double(right) / Double(support + predicted) }
  }

  /// What there is of each class.
  public let classes: [Figures]
  /// The pairs that occur, without what is right; the most frequent first. Nil where there are too many classes to count them.
  public let confused: [Pair]?

  /// How many answers of class `truth` were taken for `predicted`; nil where that was not counted.
  public func count(_ truth: Int, takenFor predicted: Int) -> Int? {
    if truth == predicted { return classes[truth].right }
    return confused.map { $0.first { $0.truth == truth && $0.predicted == predicted }?.count ?? 0 }
  }

  /// All counts, a row for each true class; nil where they were not all counted.
  public var rows: [[Int]]? {
    guard let confused else { return nil }
    var rows = classes.indices.map { row in classes.indices.map { $0 == row ? classes[row].right : 0 } }
    for pair in confused { rows[pair.truth][pair.predicted] = pair.count }
    return rows
  }

  /// Gathers pairs of true and predicted classes, with how often each occurs.
  init(classes count: Int, pairs: some Sequence<Pair>) {
    var classes = Array(repeating: Figures(), count: count)
    var wrong: [Pair] = []
    for pair in pairs where pair.count > 0 {
      classes[pair.truth].support += pair.count
      classes[pair.predicted].predicted += pair.count
      if pair.truth == pair.predicted { classes[pair.truth].right += pair.count } else { wrong.append(pair) }
    }
    self.classes = classes
    confused = wrong.sorted { (-$0.count, $0.truth, $0.predicted) < (-$1.count, $1.truth, $1.predicted) }
  }

  /// Reads what was counted for each class alone: its support, what was taken for it, and what is both.
  init(counters: ArraySlice<Double>) {
    let numbers = counters.map { Int($0) }
    classes = stride(from: 0, to: numbers.count, by: 3).map {
      Figures(support: numbers[$0], predicted: numbers[$0 + 1], right: numbers[$0 + 2])
    }
    confused = nil
  }
}

/// `[truth, predicted, count]`: there may be many.
extension ConfusionMatrix.Pair {
  public init(from decoder: any Decoder) throws {
    var numbers = try decoder.unkeyedContainer()
    truth = try numbers.decode(Int.self)
    predicted = try numbers.decode(Int.self)
    count = try numbers.decode(Int.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var numbers = encoder.unkeyedContainer()
    for number in [truth, predicted, count] { try numbers.encode(number) }
  }
}

/// The shares are written beside the counts that they are made of.
extension ConfusionMatrix.Figures {
  private enum CodingKeys: String, CodingKey { case support, predicted, right, precision, recall, f1 }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    support = try fields.decode(Int.self, forKey: .support)
    predicted = try fields.decode(Int.self, forKey: .predicted)
    right = try fields.decode(Int.self, forKey: .right)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    for (key, count) in [(CodingKeys.support, support), (.predicted, predicted), (.right, right)] {
      try fields.encode(count, forKey: key)
    }
    for (key, share) in [(CodingKeys.precision, precision), (.recall, recall), (.f1, f1)] {
      try fields.encode(share, forKey: key)
    }
  }
}
