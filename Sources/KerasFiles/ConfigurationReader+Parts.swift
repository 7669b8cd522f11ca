import Kernels
import Layers

extension ConfigurationReader {
  /// An activation by its name; a missing one, or null, is linear.
  public mutating func activation(_ key: String = "activation") throws(ModelFormatError) -> Activation {
    let found = value(key)
    switch found {
    case nil, .null: return .linear
    case "swish": return .silu  // Keras 2's name
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
    var initializer = Initializer.named(className)
    switch className {
    case "Constant": initializer = .constant(try config.float("value", or: 0))
    case "VarianceScaling":
      let kind = [
        config.value("scale") ?? 1, config.value("mode") ?? "fan_in",
        config.value("distribution") ?? "truncated_normal",
      ]
      initializer = Initializer.scalings.first { $0.kind == kind }?.initializer
    default: break
    }
    guard let initializer else { throw refusal(key, found, expected: Initializer.expectation) }
    try config.finish()
    return initializer
  }

  /// What is added to the loss for a kernel; nil for nothing.
  public mutating func regularizer(_ key: String = "kernel_regularizer") throws(ModelFormatError) -> L2? {
    let found = value(key)
    if found == nil || found == .null { return nil }
    guard case .object(let fields) = found, fields["class_name"] == "L2" || fields["class_name"] == "L1L2" else {
      throw refusal(key, found, expected: "null or L2")
    }
    var config = try ConfigurationReader(fields["config"], path: "\(path(of: key)).config")
    try config.require("l1", 0)
    let factor = try config.float("l2", in: 0..<(.infinity), or: 0.01)
    try config.finish()
    return factor == 0 ? nil : L2(factor)
  }

  /// How the borders are treated.
  public mutating func padding() throws(ModelFormatError) -> Padding {
    let found = value("padding")
    switch found {
    case nil, "valid": return .valid
    case "same": return .same
    default: throw refusal("padding", found, expected: "valid or same")
    }
  }

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

extension L2 {
  /// As Keras writes it.
  var keras: JSONValue {
    ["module": "keras.regularizers", "class_name": "L2", "config": ["l2": JSONValue(factor)], "registered_name": nil]
  }
}

extension Initializer {
  /// As Keras writes it.
  var keras: JSONValue {
    var config: [String: JSONValue] = [:]
    let className =
      switch self {
      case .zeros: "Zeros"
      case .ones: "Ones"
      case .constant: "Constant"
      case .glorotUniform: "GlorotUniform"
      case .glorotNormal: "GlorotNormal"
      case .heUniform: "HeUniform"
      case .heNormal: "HeNormal"
      }
    if case .constant(let value) = self { config["value"] = JSONValue(value) }
    return [
      "module": "keras.initializers", "class_name": .string(className), "config": .object(config),
      "registered_name": nil,
    ]
  }

  /// The initialisers without numbers of their own, by class and by Keras's short name.
  private static let names: [(className: String, short: String, initializer: Initializer)] = [
    ("Zeros", "zeros", .zeros), ("Ones", "ones", .ones), ("GlorotUniform", "glorot_uniform", .glorotUniform),
    ("GlorotNormal", "glorot_normal", .glorotNormal), ("HeUniform", "he_uniform", .heUniform),
    ("HeNormal", "he_normal", .heNormal),
  ]

  /// The names in a sentence.
  static let expectation = (names.map(\.className) + ["Constant"]).joined(separator: ", ")

  /// What Glorot's and He's initialisers are special cases of.
  static let scalings: [(kind: [JSONValue], initializer: Initializer)] = [
    ([1, "fan_avg", "uniform"], .glorotUniform), ([1, "fan_avg", "truncated_normal"], .glorotNormal),
    ([2, "fan_in", "uniform"], .heUniform), ([2, "fan_in", "truncated_normal"], .heNormal),
  ]

  /// The initialiser of a class or short name.
  static func named(_ name: String) -> Initializer? {
    names.first { $0.className == name || $0.short == name }?.initializer
  }
}
