import Objectives
import Runs

extension RunReport {
  /// What a run's numbers depend on and how long it goes on, by the options that say so, but for what is too long to be read: the
  /// network, and what was measured of the samples.
  var fields: [(name: String, value: String)] {
    let hidden = ["network", "normalization", "classNames", "outputNames"]
    // Those of the recipe stand in the place of the recipe itself.
    let children = Mirror(reflecting: experiment).children.flatMap { child in
      child.label == "update" ? Array(Mirror(reflecting: experiment.update).children) : [child]
    }
    let own = children.compactMap { child -> (name: String, value: String)? in
      guard let label = child.label, !hidden.contains(label) else { return nil }
      return (Self.name(ofField: label), label == "loss" ? loss : Self.text(child.value))
    }
    let length = Mirror(reflecting: configuration.schedule).children.compactMap { child in
      child.label.map { (name: Self.name(ofField: $0), value: Self.text(child.value)) }
    }
    return own + length + [("OpenBLAS", configuration.openblas), ("cnn-dist", configuration.version)]
  }

  /// What training makes small: where it was not said, what goes with the network's end and the data's targets.
  private var loss: String {
    if let loss = experiment.loss { return Self.text(loss) }
    do {
      return try model.map { "\(try experiment.headWithoutData(of: $0).objective.loss.kind.rawValue), by default" }
        ?? "by default"
    } catch {
      // Without its data nobody can tell: an older run has not kept its classes.
      return "by default"
    }
  }

  /// What `train` takes it from: fields whose option has another name, or that have none and are words.
  private static let others = [
    "datasetDigest": "data set's digest", "levels": "values of a pixel", "initialWeights": "--weights, digest",
    "augmentation": "augmentation", "classWeights": "--class-weight", "restoresBest": "restores the best weights",
    "minRateShare": "--min-rate, as a share", "plateauFactor": "--reduce-on-plateau", "shuffle": "shuffles",
    "ratePoints": "--rates", "shadowEvery": "--shadow",
  ]

  /// The option that says what a field holds, or words for what no option says.
  private static func name(ofField field: String) -> String {
    if let name = others[field] { return name }
    return "--" + field.reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : String($1) }
  }

  /// A value as people write it.
  private static func text(_ value: Any) -> String {
    if let metric = value as? Metric { return metric.name }
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional { return mirror.children.first.map { text($0.value) } ?? "none" }
    if let words = value as? any RawRepresentable, let text = words.rawValue as? String { return text }
    if mirror.displayStyle == .collection { return mirror.children.map { text($0.value) }.joined(separator: ", ") }
    if mirror.displayStyle == .struct {
      return mirror.children.compactMap { child in child.label.map { "\($0) \(text(child.value))" } }.joined(
        separator: ", ")
    }
    return "\(value)"
  }
}
