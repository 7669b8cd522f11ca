import Objectives

/// The quality of a network on a data set.
public struct Evaluation: Equatable, Sendable {
  /// The mean loss, the penalty on the weights included.
  public let loss: Double
  /// How many samples there were.
  public let samples: Int
  /// What the network said of each sample, where that was kept.
  public let verdicts: Verdicts?
  /// What the metrics have counted.
  let tally: Tally
  private let objective: Objective

  init(_ tally: Tally, penalty: Double, samples: Int, objective: Objective, verdicts: Verdicts?) {
    loss = tally.loss / Double(samples) + penalty
    (self.samples, self.tally, self.objective, self.verdicts) = (samples, tally, objective, verdicts)
  }

  /// The value of each metric.
  public var values: [(metric: Metric, value: Double)] { objective.values(of: tally) }

  /// The share of answers that were right; nil where answers are numbers.
  public var accuracy: Double? { values.first { $0.metric == .accuracy }?.value }

  /// Whether both found the same.
  public static func == (a: Evaluation, b: Evaluation) -> Bool {
    a.loss == b.loss && a.samples == b.samples && a.tally == b.tally && a.verdicts == b.verdicts
  }
}
