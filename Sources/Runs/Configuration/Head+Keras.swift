import KerasFiles
import Models
import Objectives

extension Head {
  /// The loss as Keras's `compile` takes it, of what the network gives as it was written.
  ///
  /// - Parameter smoothing: how much of each target goes to all classes alike.
  func keras(smoothing: Float) -> JSONValue {
    let loss = objective.loss
    let takesLogits: JSONValue = .bool(ending != .linear)
    switch loss.kind {
    case .sparseCategoricalCrossentropy, .categoricalCrossentropy:
      // Smoothing is of shares, not of the numbers of classes.
      return objective.takesClasses && smoothing == 0
        ? Self.loss("SparseCategoricalCrossentropy", ["from_logits": takesLogits])
        : Self.loss(
          "CategoricalCrossentropy", ["from_logits": takesLogits, "label_smoothing": .number(Double(smoothing))])
    case .binaryCrossentropy:
      return Self.loss(
        "BinaryCrossentropy", ["from_logits": takesLogits, "label_smoothing": .number(Double(smoothing))])
    case .meanSquaredError: return Self.loss("MeanSquaredError", [:])
    case .meanAbsoluteError: return Self.loss("MeanAbsoluteError", [:])
    case .huber: return Self.loss("Huber", ["delta": .number(Double(loss.delta))])
    }
  }

  private static func loss(_ name: String, _ options: [String: JSONValue]) -> JSONValue {
    ["module": "keras.losses", "class_name": .string(name), "registered_name": nil, "config": .object(options)]
  }
}

extension Metric {
  /// The metric as Keras's `compile` takes it; nil for one that it counts in another way.
  ///
  /// - Parameter areClasses: whether targets are the numbers of classes, of which each has an output.
  func keras(areClasses: Bool) -> JSONValue? {
    func metric(_ name: String, _ options: [String: JSONValue]) -> JSONValue {
      ["module": "keras.metrics", "class_name": .string(name), "registered_name": nil, "config": .object(options)]
    }
    // Of the numbers of classes Keras takes none of these, of outputs by themselves all.
    if areClasses, [.binaryAccuracy, .meanAbsoluteError, .meanSquaredError, .precision, .recall, .auc].contains(self) {
      return nil
    }
    return switch self {
    case .accuracy: "accuracy"
    case .binaryAccuracy: "binary_accuracy"
    case .topAccuracy(let k):
      metric(
        areClasses ? "SparseTopKCategoricalAccuracy" : "TopKCategoricalAccuracy",
        ["k": .number(Double(k)), "name": .string(name)])
    case .meanAbsoluteError: "mean_absolute_error"
    case .meanSquaredError: "mean_squared_error"
    case .precision: metric("Precision", ["name": "precision"])
    case .recall: metric("Recall", ["name": "recall"])
    case .auc: metric("AUC", ["name": "auc"])
    case .f1, .meanIoU: .none
    }
  }
}
