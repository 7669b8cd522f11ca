/// What is measured besides the loss, by Keras's name.
public enum Metric: Hashable, Sendable {
  /// The share of right answers: of positions whose largest output is that of the true class or, where each position has a
  /// single output, of outputs on the right side of ½. It is what Keras makes of the name.
  case accuracy
  /// The share of outputs that are on the same side of ½ as their target.
  case binaryAccuracy
  /// The share of positions where fewer than k classes have a larger output than the true one.
  case topAccuracy(Int)
  /// Of the outputs above ½, the share whose target is 1.
  case precision
  /// Of the outputs whose target is 1, the share above ½.
  case recall
  /// `2·tp / (2·tp + fp + fn)` for each class, by its largest output or, where outputs are on their own, by ½; the mean over the
  /// classes, as Keras's `F1Score(average="macro")`.
  case f1
  /// The area under the curve of true over false positives, at 200 thresholds as Keras takes them.
  case auc
  /// The mean of `|y - t|`.
  case meanAbsoluteError
  /// The mean of `(y - t)²`.
  case meanSquaredError
  /// `tp / (tp + fp + fn)` for each class, by its largest output; the mean over the classes that occur.
  case meanIoU

  /// Reads a name as Keras takes or writes it: `auc`, `AUC`, `mse`, `top_k_categorical_accuracy`, `top_3_accuracy`; nil for
  /// one that we lack.
  public init?(name: String) {
    let folded = name.lowercased().replacing("_", with: "").replacing("-", with: "")
    switch folded {
    case "accuracy", "acc", "categoricalaccuracy", "sparsecategoricalaccuracy": self = .accuracy
    case "binaryaccuracy": self = .binaryAccuracy
    case "topkcategoricalaccuracy", "sparsetopkcategoricalaccuracy": self = .topAccuracy(5)
    case "precision": self = .precision
    case "recall": self = .recall
    case "f1", "f1score": self = .f1
    case "auc": self = .auc
    case "mae", "meanabsoluteerror": self = .meanAbsoluteError
    case "mse", "meansquarederror": self = .meanSquaredError
    case "meaniou", "onehotmeaniou", "iou": self = .meanIoU
    default:
      guard folded.hasPrefix("top"), folded.hasSuffix("accuracy"),
        let k = Int(folded.dropFirst(3).dropLast(8)), 1...1_000_000 ~= k
      else { return nil }
      self = .topAccuracy(k)
    }
  }

  /// The name in logs and files: Keras's.
  public var name: String {
    switch self {
    case .accuracy: "accuracy"
    case .binaryAccuracy: "binary_accuracy"
    case .topAccuracy(let k): "top_\(k)_accuracy"
    case .precision: "precision"
    case .recall: "recall"
    case .f1: "f1_score"
    case .auc: "auc"
    case .meanAbsoluteError: "mean_absolute_error"
    case .meanSquaredError: "mean_squared_error"
    case .meanIoU: "mean_io_u"
    }
  }

  /// The names in a sentence.
  public static let expectation =
    "accuracy, binary_accuracy, top_K_accuracy, precision, recall, f1_score, auc, mean_absolute_error, "
    + "mean_squared_error, mean_io_u"

  /// Whether more is better.
  public var rises: Bool { self != .meanAbsoluteError && self != .meanSquaredError }

  /// Whether it is made of whole numbers, which add up to the same in any order.
  public var counts: Bool { rises }
}

extension Metric: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let metric = Metric(name: name) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(name) is no metric, expected one of \(Self.expectation)")
    }
    self = metric
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
