import Kernels
import Layers

extension ConfigurationReader {
  /// An activation by its name; a missing one, or null, is linear.
  public mutating func activation(_ key: String = "activation") throws(ModelFormatError) -> Activation {
    let found = value(key)
    switch found {
    case nil, .null: return .linear
    case "swish": return .silu  // Keras 2's name
    case "hard_swish": return .hardSiLU
    case .string(let text):
      if let activation = Activation(rawValue: text) { return activation }
    case .object(let fields):
      // How some versions of Keras 3 write a function of their own.
      if fields["class_name"] == "function", case .string(let text) = fields["config"],
        case .string(let module) = fields["module"], module == "builtins" || module.hasPrefix("keras"),
        let activation = Activation(rawValue: text)
      {
        return activation
      }
    default: break
    }
    throw refusal(key, found, expected: Activation.allCases.map(\.rawValue).joined(separator: ", "))
  }

  /// How a parameter starts. Its seed is passed over: all of a run's draws come from the run's seed.
  public mutating func initializer(
    _ key: String, or standard: Initializer
  ) throws(ModelFormatError) -> Initializer {
    let found = value(key)
    if found == nil { return standard }
    if case .string(let name) = found, let initializer = Initializer.named(name) { return initializer }
    guard case .object(let fields) = found, case .string(let className) = fields["class_name"] else {
      throw refusal(key, found, expected: Initializer.expectation)
    }
    var config = try ConfigurationReader(fields["config"] ?? [:], path: "\(path(of: key)).config")
    config.ignore("seed", "dtype")  // Keras 2.0 wrote the type; a layer has but one
    try config.requireNull("input_axes", "output_axes")
    let initializer = try Initializer(keras: className, &config)
    guard let initializer else { throw refusal(key, found, expected: Initializer.expectation) }
    try config.finish()
    return initializer
  }

  /// What is added to the loss for a parameter; nil for nothing.
  public mutating func regularizer(_ key: String = "kernel_regularizer") throws(ModelFormatError) -> Regularizer? {
    let found = value(key)
    switch found {
    case nil, .null: return nil
    case "l2": return .l2()
    case "l1": return .l1()
    case "l1_l2": return Regularizer(l1: 0.01, l2: 0.01)
    default: break
    }
    guard case .object(let fields) = found, case .string(let name) = fields["class_name"],
      ["L1", "L2", "L1L2"].contains(name)
    else {
      throw refusal(key, found, expected: "null, L1, L2 or L1L2")
    }
    var config = try ConfigurationReader(fields["config"], path: "\(path(of: key)).config")
    let l1 = try config.float("l1", in: 0..<(.infinity), or: name == "L1" ? 0.01 : 0)
    let l2 = try config.float("l2", in: 0..<(.infinity), or: name == "L2" ? 0.01 : 0)
    try config.finish()
    return l1 == 0 && l2 == 0 ? nil : Regularizer(l1: l1, l2: l2)
  }

  /// What a parameter is brought back to after each step; nil for nothing.
  public mutating func constraint(_ key: String) throws(ModelFormatError) -> Constraint? {
    let found = value(key)
    switch found {
    case nil, .null: return nil
    case "non_neg": return .nonNegative
    case "unit_norm": return .unitNorm(axes: [0])
    case "max_norm": return .maxNorm(2, axes: [0])
    default: break
    }
    guard case .object(let fields) = found, case .string(let name) = fields["class_name"] else {
      throw refusal(key, found, expected: Constraint.expectation)
    }
    var config = try ConfigurationReader(fields["config"] ?? [:], path: "\(path(of: key)).config")
    let constraint: Constraint
    switch name {
    case "NonNeg": constraint = .nonNegative
    case "UnitNorm": constraint = .unitNorm(axes: try config.axes())
    case "MaxNorm":
      constraint = .maxNorm(try config.float("max_value", in: 0..<(.infinity), or: 2), axes: try config.axes())
    case "MinMaxNorm":
      constraint = .minMaxNorm(
        try config.float("min_value", in: 0..<(.infinity), or: 0),
        try config.float("max_value", in: 0..<(.infinity), or: 1),
        rate: try config.float("rate", in: 0..<Float(1).nextUp, or: 1), axes: try config.axes())
    default: throw refusal(key, found, expected: Constraint.expectation)
    }
    try config.finish()
    return constraint
  }

  /// All that is said of a parameter: `NAME_initializer`, `NAME_regularizer` and `NAME_constraint`.
  public mutating func options(
    _ name: String, or standard: Initializer
  ) throws(ModelFormatError) -> ParameterOptions {
    ParameterOptions(
      try initializer("\(name)_initializer", or: standard), regularizer: try regularizer("\(name)_regularizer"),
      constraint: try constraint("\(name)_constraint"))
  }

  /// The axes of a norm; Keras's default is 0.
  private mutating func axes() throws(ModelFormatError) -> [Int] {
    let found = value("axis") ?? 0
    let list: [JSONValue] = if case .array(let axes) = found { axes } else { [found] }
    let axes = list.compactMap { axis in
      if case .number(let number) = axis, let axis = Int(exactly: number), 0...8 ~= axis { axis } else { nil }
    }
    guard axes.count == list.count else { throw refusal("axis", found, expected: "axes from 0 on") }
    return axes
  }

  /// How the borders are treated.
  ///
  /// - Parameter isCausalTaken: whether the layer has `causal` too.
  public mutating func padding(isCausalTaken: Bool = false) throws(ModelFormatError) -> Padding {
    let found = value("padding")
    switch found {
    case nil, "valid": return .valid
    case "same": return .same
    case "causal" where isCausalTaken: return .causal
    default: throw refusal("padding", found, expected: isCausalTaken ? "valid, same or causal" : "valid or same")
    }
  }

  /// Takes the seed of a layer that draws, and the kind of its generator, which Keras 2 says: all draws come from the run's seed.
  mutating func ignoreSeed() { ignore("seed", "rng_type") }

  /// Takes the order of axes: channels come last.
  public mutating func requireChannelsLast() throws(ModelFormatError) { try require("data_format", "channels_last") }

  /// Takes an axis that must be the last one, be it counted from the end or from the batch's axis.
  public mutating func requireLastAxis() throws(ModelFormatError) {
    guard let found = value("axis") else { return }
    let axis: JSONValue = if case .array(let axes) = found, axes.count == 1 { axes[0] } else { found }
    guard axis == -1 || inputRank.map({ axis == JSONValue($0) }) == true else {
      throw refusal("axis", found, expected: "-1, the last axis")
    }
  }
}

extension JSONValue {
  /// The extents of some axes.
  static func extents(_ extents: [Int]) -> JSONValue { .array(extents.map { JSONValue($0) }) }
}

extension Extents2 {
  /// The first two of `extents`.
  init(_ extents: [Int]) { self.init(extents[0], extents[1]) }
}

extension Extents3 {
  /// The first three of `extents`.
  init(_ extents: [Int]) { self.init(extents[0], extents[1], extents[2]) }
}

extension Activation {
  /// As Keras writes it.
  var keras: JSONValue { .string(rawValue) }
}

extension Padding {
  /// As Keras writes it.
  var keras: JSONValue { .string(rawValue) }
}

extension Regularizer {
  /// As Keras writes it.
  var keras: JSONValue {
    let (name, config): (String, JSONValue) =
      l1 == 0
      ? ("L2", ["l2": JSONValue(l2)])
      : l2 == 0 ? ("L1", ["l1": JSONValue(l1)]) : ("L1L2", ["l1": JSONValue(l1), "l2": JSONValue(l2)])
    return [
      "module": "keras.regularizers", "class_name": .string(name), "config": config, "registered_name": nil,
    ]
  }
}

extension Constraint {
  /// The names in a sentence.
  static let expectation = "null, MaxNorm, NonNeg, UnitNorm or MinMaxNorm"

  /// As Keras writes it.
  var keras: JSONValue {
    let (name, config): (String, [String: JSONValue]) =
      switch self {
      case .nonNegative: ("NonNeg", [:])
      case .unitNorm(let axes): ("UnitNorm", ["axis": .extents(axes)])
      case .maxNorm(let most, let axes): ("MaxNorm", ["max_value": JSONValue(most), "axis": .extents(axes)])
      case .minMaxNorm(let least, let most, let rate, let axes):
        (
          "MinMaxNorm",
          [
            "min_value": JSONValue(least), "max_value": JSONValue(most), "rate": JSONValue(rate),
            "axis": .extents(axes),
          ]
        )
      }
    return [
      "module": "keras.constraints", "class_name": .string(name), "config": .object(config), "registered_name": nil,
    ]
  }
}

extension ParameterOptions {
  /// As Keras writes it, under the names that begin with `name`.
  func keras(_ name: String) -> [String: JSONValue] {
    [
      "\(name)_initializer": initializer.keras, "\(name)_regularizer": regularizer?.keras ?? nil,
      "\(name)_constraint": constraint?.keras ?? nil,
    ]
  }
}
