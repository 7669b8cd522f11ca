/// What Keras's `compile` was told, by Keras's names: it stands in `.keras` archives (`compile_config`) and in whole-model `.h5`
/// files (`training_config`). What to make of it is for whoever trains to say.
public struct CompileInfo: Equatable, Sendable {
  /// An object of Keras's with its numbers: an optimizer, a loss, a metric, a learning-rate schedule.
  public struct Part: Equatable, Sendable {
    /// Its class, or the name of a function, as Keras spells it: `Adam`, `categorical_crossentropy`.
    public let name: String
    /// Its options; none for a function.
    public let options: [String: JSONValue]

    /// Names a part.
    public init(name: String, options: [String: JSONValue] = [:]) {
      self.name = name
      self.options = options
    }

    /// The name in small letters with underscores: `CategoricalCrossentropy` and `categorical_crossentropy` are the same.
    public var snakeName: String {
      let letters = Array(name)
      return letters.indices.reduce(into: "") { text, index in
        let endsWord = index > 0 && letters[index - 1].isLowercase
        let beginsWord = index > 0 && index + 1 < letters.count && letters[index + 1].isLowercase
        if letters[index].isUppercase, endsWord || beginsWord { text.append("_") }
        text += letters[index].lowercased()
      }
    }

    /// A number among the options; nil where there is none.
    public func number(_ key: String) -> Float? {
      if case .number(let number) = options[key] { Float(number) } else { nil }
    }

    /// Whether an option is there and true.
    public func isSet(_ key: String) -> Bool { options[key] == true }
  }

  /// The rule of steps; nil where none is named.
  public let optimizer: Part?
  /// How the learning rate changes; nil for one that does not.
  public let schedule: Part?
  /// The losses, one for all outputs, or one for each in their order.
  public let losses: [Part]
  /// The names of outputs for which losses are given, where they are given by name.
  public let lossOutputs: [String]
  /// What losses are multiplied by; nil for 1.
  public let lossWeights: JSONValue?
  /// The metrics, of all outputs.
  public let metrics: [Part]

  /// Reads a `compile_config` or `training_config`; nil for one that is empty, of a model that was not compiled.
  ///
  /// - Throws: `ModelFormatError` where it is none.
  public init?(_ value: JSONValue) throws(ModelFormatError) {
    guard case .object(let fields) = value else {
      if value == .null { return nil }
      throw ModelFormatError("compile_config", "\(value) is not supported, expected an object")
    }
    guard !fields.isEmpty else { return nil }
    optimizer = Self.part(fields["optimizer"] ?? fields["optimizer_config"])
    schedule = optimizer?.options["learning_rate"].flatMap { rate in
      if case .object = rate { Self.part(rate) } else { nil }
    }
    switch fields["loss"] {
    case .object(let losses) where losses["class_name"] == nil:
      lossOutputs = losses.keys.sorted()
      self.losses = lossOutputs.compactMap { Self.part(losses[$0]) }
    case let loss:
      lossOutputs = []
      losses = Self.parts(loss)
    }
    let weights = fields["loss_weights"]
    lossWeights = weights == .null ? nil : weights
    metrics = Self.parts(fields["metrics"]) + Self.parts(fields["weighted_metrics"])
  }

  /// Every part in a value, which may be a list of lists, or a dictionary by output.
  private static func parts(_ value: JSONValue?) -> [Part] {
    switch value {
    case .array(let values): values.flatMap { parts($0) }
    case .object(let fields) where fields["class_name"] == nil:
      fields.sorted { $0.key < $1.key }.flatMap { parts($0.value) }
    default: part(value).map { [$0] } ?? []
    }
  }

  private static func part(_ value: JSONValue?) -> Part? {
    switch value {
    case .string(let name): return Part(name: name)
    case .object(let fields):
      guard case .string(let written) = fields["class_name"] else { return nil }
      // As Keras 2 registered its own optimizers.
      let className = written.hasPrefix("Custom>") ? String(written.dropFirst(7)) : written
      switch fields["config"] {
      case .string(let function) where className == "function": return Part(name: function)
      case .object(let options):
        // Keras 2 wraps a function in a metric.
        if className == "MeanMetricWrapper", case .string(let function) = options["fn"] { return Part(name: function) }
        return Part(name: className, options: options)
      default: return Part(name: className)
      }
    default: return nil
    }
  }
}
