/// How sure a network is and how often it is right then: answers by the probability that it gave them, in ten bins of equal
/// width (DeGroot & Fienberg, "The comparison and evaluation of forecasters", 1983). Where the answer is yes or no, it is the
/// probability of the one that was given, at least ½.
public struct Calibration: Equatable, Codable, Sendable {
  /// Answers that were given with about the same probability.
  public struct Bin: Equatable, Codable, Sendable {
    /// How many there are.
    public var answers = 0
    /// How many of them are right.
    public var right = 0
    /// The mean of their probabilities; 0 where there are none.
    public var confidence = 0.0

    /// The share that is right; 0 where there are none.
    public var accuracy: Double { answers == 0 ? 0 : Double(right) / Double(answers) }
  }

  /// The probabilities from 0 to 0.1, to 0.2, …: each up to its end but without it, the last with 1.
  public let bins: [Bin]

  /// How many there are.
  static let binCount = 10

  /// The mean of what lies between confidence and accuracy, over the answers: the expected calibration error (Naeini et al.,
  /// "Obtaining well calibrated probabilities using Bayesian binning", 2015).
  public var expectedError: Double {
    let all = bins.reduce(0) { $0 + $1.answers }
    guard all > 0 else { return 0 }
    return bins.reduce(0) { $0 + Double($1.answers) * abs($1.accuracy - $1.confidence) } / Double(all)
  }

  // MARK: - Counting

  /// A bin has its answers, those that are right, and the sum of their probabilities, in units so small that none is lost and
  /// so whole that they may be added in any order.
  static let counterCount = 3 * binCount
  private static let unit = Double(1 << 20)

  /// Counts an answer; what is no number counts as a probability of 0.
  static func count(
    _ confidence: Float, isRight: Bool, in counters: UnsafeMutableBufferPointer<Double>, from start: Int
  ) {
    let probability = confidence.isNaN ? 0 : Double(min(max(confidence, 0), 1))
    let bin = start + 3 * min(Int(probability * Double(binCount)), binCount - 1)
    counters[bin] += 1
    counters[bin + 1] += isRight ? 1 : 0
    counters[bin + 2] += (probability * unit).rounded()
  }

  /// Reads what was counted.
  init(_ counters: ArraySlice<Double>) {
    let numbers = Array(counters)
    bins = (0..<Self.binCount).map { index in
      let (answers, right, sum) = (numbers[3 * index], numbers[3 * index + 1], numbers[3 * index + 2])
      return Bin(
        answers: Int(answers), right: Int(right), confidence: answers == 0 ? 0 : sum / Self.unit / answers)
    }
  }
}

/// The error is written beside the bins.
extension Calibration {
  private enum CodingKeys: String, CodingKey { case bins, expectedError }

  public init(from decoder: any Decoder) throws {
    bins = try decoder.container(keyedBy: CodingKeys.self).decode([Bin].self, forKey: .bins)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(bins, forKey: .bins)
    try fields.encode(expectedError, forKey: .expectedError)
  }
}
