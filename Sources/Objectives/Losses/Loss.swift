/// What training makes small, by Keras's name. All are means over the samples and, within a sample, over its positions
/// (pixels, time steps) or outputs, which is Keras's `sum_over_batch_size`.
public enum LossKind: String, Codable, Sendable, CaseIterable {
  /// `-Σ t · log p` over the classes of each position, where t is 1 for the true class, or a share of 1 for each.
  case categoricalCrossentropy = "categorical_crossentropy"
  /// The same, where a target is the number of a class. Which of the two it is, the data say themselves.
  case sparseCategoricalCrossentropy = "sparse_categorical_crossentropy"
  /// `-(t · log p + (1 - t) · log(1 - p))`, for each output by itself.
  case binaryCrossentropy = "binary_crossentropy"
  /// `(y - t)²`.
  case meanSquaredError = "mean_squared_error"
  /// `|y - t|`.
  case meanAbsoluteError = "mean_absolute_error"
  /// `e² / 2` where `|e| = |y - t| ≤ δ`, else `δ·|e| - δ²/2` (Huber, "Robust estimation of a location parameter", 1964).
  case huber

  /// Keras's short names.
  private static let shortNames: [String: LossKind] = [
    "mse": .meanSquaredError, "mae": .meanAbsoluteError, "huber_loss": .huber,
  ]

  /// The loss of a name, as Keras takes it: `mse`, `mean_squared_error`, `MeanSquaredError`; nil for one that we lack.
  public init?(name: String) {
    let folded = name.replacing("_", with: "").lowercased()
    let match =
      Self.allCases.first { $0.rawValue.replacing("_", with: "") == folded } ?? Self.shortNames[name.lowercased()]
    guard let match else { return nil }
    self = match
  }

  /// Whether outputs of a position share a probability of 1.
  public var isCategorical: Bool { self == .categoricalCrossentropy || self == .sparseCategoricalCrossentropy }
}

/// A loss with its numbers.
public struct Loss: Hashable, Codable, Sendable {
  /// The formula.
  public var kind: LossKind
  /// Whether the model's outputs are logits, before softmax or sigmoid; nil where the model's end says it.
  public var fromLogits: Bool?
  /// Huber's δ.
  public var delta: Float
  /// How much of each target goes to all classes alike (Szegedy et al., "Rethinking the Inception architecture for computer
  /// vision", 2016), or, in binary cross-entropy, to ½.
  public var labelSmoothing: Float

  /// Keras's defaults.
  public init(_ kind: LossKind, fromLogits: Bool? = nil, delta: Float = 1, labelSmoothing: Float = 0) {
    (self.kind, self.fromLogits, self.delta, self.labelSmoothing) = (kind, fromLogits, delta, labelSmoothing)
  }

  /// What a file leaves out is Keras's default.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    kind = try fields.decode(LossKind.self, forKey: .kind)
    fromLogits = try fields.decodeIfPresent(Bool.self, forKey: .fromLogits)
    delta = try fields.decodeIfPresent(Float.self, forKey: .delta) ?? 1
    labelSmoothing = try fields.decodeIfPresent(Float.self, forKey: .labelSmoothing) ?? 0
  }
}

extension Loss {
  /// The cross-entropy of classes that exclude one another, whether a target is the number of a class or a share for each.
  public static let categoricalCrossentropy = Loss(.categoricalCrossentropy)
  /// The cross-entropy of outputs that are each true or not.
  public static let binaryCrossentropy = Loss(.binaryCrossentropy)
  /// The mean of squared deviations.
  public static let meanSquaredError = Loss(.meanSquaredError)
  /// The mean of absolute deviations.
  public static let meanAbsoluteError = Loss(.meanAbsoluteError)

  /// The cross-entropy of classes, where `labelSmoothing` of each target goes to all classes alike.
  public static func categoricalCrossentropy(labelSmoothing: Float) -> Loss {
    Loss(.categoricalCrossentropy, labelSmoothing: labelSmoothing)
  }

  /// Squared near the target, absolute beyond a distance of `delta`.
  public static func huber(delta: Float = 1) -> Loss { Loss(.huber, delta: delta) }
}
