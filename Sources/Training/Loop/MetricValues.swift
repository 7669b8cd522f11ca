import Objectives

extension [(metric: Metric, value: Double)] {
  /// The value of a metric; nil where it is not measured.
  func value(of metric: Metric) -> Float? { first { $0.metric == metric }.map { Float($0.value) } }

  /// All but the accuracy, by name; nil for none.
  var others: [String: Float]? {
    let others = filter { $0.metric != .accuracy }.map { ($0.metric.name, Float($0.value)) }
    return others.isEmpty ? nil : Dictionary(others) { first, _ in first }
  }
}
