import KerasFiles
import Runs

/// Something that a run was given, by its name in `config.json`.
struct Hyperparameter: Equatable {
  /// What TensorBoard tells apart.
  enum Value: Equatable {
    case number(Double)
    case text(String)
    case flag(Bool)
  }

  /// The name, those of parts behind that of the whole: `augmentation/crop`.
  let name: String
  /// The value.
  let value: Value

  /// All that `experiment` was given and that fits a column of a table, sorted by name. What a run has found out about its data,
  /// and its network layer by layer, is left out.
  static func all(of experiment: Experiment) throws -> [Hyperparameter] {
    guard case .object(let fields) = try JSONValue(json: JSON.line(experiment).utf8) else { return [] }
    return try fields.filter { !left.contains($0.key) }.flatMap { try list($0.value, named: $0.key) }.sorted {
      $0.name < $1.name
    }
  }

  private static let left: Set = [
    "class_names", "dataset_digest", "initial_weights", "network", "normalization",
  ]

  private static func list(_ value: JSONValue, named name: String) throws -> [Hyperparameter] {
    switch value {
    case .null: []
    case .bool(let flag): [Hyperparameter(name: name, value: .flag(flag))]
    case .number(let number): [Hyperparameter(name: name, value: .number(number))]
    case .string(let text): [Hyperparameter(name: name, value: .text(text))]
    case .array(let values): [Hyperparameter(name: name, value: .text(try text(of: values)))]
    case .object(let fields): try fields.flatMap { try list($0.value, named: "\(name)/\($0.key)") }
    }
  }

  /// `[accuracy, auc]`; lists of something else than words and numbers, such as rules, as JSON.
  private static func text(of values: [JSONValue]) throws -> String {
    let areWords = values.allSatisfy { value in
      switch value {
      case .string, .number, .bool: true
      case .null, .array, .object: false
      }
    }
    return areWords
      ? "[\(values.map(\.description).joined(separator: ", "))]" : try JSON.line(JSONValue.array(values))
  }
}
