import Objectives

/// The number that tells which epoch is best: `val_loss`, `accuracy`, …, by Keras's names.
public struct Monitor: Sendable {
  private let name: String?
  private let minDelta: Double

  /// What `experiment` watches.
  public init(_ experiment: Experiment) {
    name = experiment.monitor
    minDelta = Double(experiment.minDelta)
  }

  /// Whether `name` is one that a run with `metrics` has.
  public static func isKnown(_ name: String, metrics: [Metric]) -> Bool {
    let own = name.hasPrefix("val_") ? String(name.dropFirst(4)) : name
    return own == "loss" || metrics.contains { $0.name == own }
  }

  /// The names that a run with `metrics` has, in a sentence.
  public static func names(_ metrics: [Metric]) -> String {
    let own = ["loss"] + metrics.map(\.name)
    return (own.map { "val_\($0)" } + own).joined(separator: ", ")
  }

  /// Its value; nil where it was not measured in this epoch. If nothing is said, it is the validation's accuracy or, where there
  /// is none, its loss.
  public func value(of metrics: EpochMetrics) -> Double? {
    guard let name else { return (metrics.validationAccuracy ?? metrics.validationLoss).map(Double.init) }
    let value =
      switch name {
      case "loss": metrics.loss
      case "accuracy": metrics.accuracy
      case "val_loss": metrics.validationLoss
      case "val_accuracy": metrics.validationAccuracy
      case _ where name.hasPrefix("val_"): metrics.validationOthers?[String(name.dropFirst(4))]
      default: metrics.others?[name]
      }
    return value.map(Double.init)
  }

  /// What it is called, where the best epoch is `best`.
  public func name(_ best: TrainingState.Best) -> String {
    name ?? (best.accuracy == nil ? "val_loss" : "val_accuracy")
  }

  /// Whether a value is better than the best so far, by more than `minDelta`.
  public func isBetter(_ value: Double, than best: TrainingState.Best?) -> Bool {
    guard !value.isNaN else { return false }
    guard let best, let old = best.value ?? best.accuracy ?? best.loss else { return true }
    return rises(best) ? value - minDelta > old : value + minDelta < old
  }

  /// Whether more is better, of values such as that of `best`.
  public func rises(_ best: TrainingState.Best) -> Bool {
    guard let name else { return best.accuracy != nil }
    let own = name.hasPrefix("val_") ? String(name.dropFirst(4)) : name
    return own != "loss" && Metric(name: own)?.rises ?? true
  }
}
