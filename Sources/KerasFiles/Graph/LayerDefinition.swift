/// A layer as a model file describes it, before its own options are read.
final class LayerDefinition {
  enum Kind {
    /// What the model is fed with; nil for axes that are left to the data, or for all of them.
    case input([Int?]?)
    case layer
    /// Arithmetic that was written without a layer: `x + y`.
    case operation
    case model(ModelDefinition)
  }

  let path: String
  let className: String
  /// The name under which calls refer to it.
  let name: String
  let kind: Kind
  let config: JSONValue?
  let inboundNodes: JSONValue?

  /// The name under which its weights are filed, and its first place, once it has them.
  var filedName: String?
  var firstPlace: Int?
  /// The layers that were written as options of it, which its outputs go through.
  var followers: [LayerDefinition] = []

  init(
    path: String, className: String, name: String, kind: Kind, config: JSONValue?, inboundNodes: JSONValue? = nil
  ) {
    self.path = path
    self.className = className
    self.name = name
    self.kind = kind
    self.config = config
    self.inboundNodes = inboundNodes
  }

  /// Keras counts a nested model's calls from 1 where it was called when it was made, as it once did whenever there was an
  /// `InputLayer`; today it does so in a functional model's `output_layers` alone.
  func call(ofNode node: Int, amongOutputs: Bool) -> Int {
    guard case .model(let model) = kind else { return node }
    let isOfKeras2 = if case .array(let nodes) = inboundNodes, case .array = nodes.first { true } else { false }
    let startsAtOne = model.isSequential ? isOfKeras2 && model.hasInputLayer : isOfKeras2 || amongOutputs
    return startsAtOne ? node - 1 : node
  }
}

extension LayerDefinition {
  /// Reads what all layers have in common.
  ///
  /// - Parameter isCalled: whether the layer stands in a graph, and says how it is called.
  static func read(
    _ value: JSONValue, path: String, isCalled: Bool, _ reading: inout ModelDefinition.Reading
  ) throws(ModelFormatError) -> LayerDefinition {
    reading.layerCount += 1
    guard reading.layerCount <= ModelDefinition.Reading.mostLayers else {
      throw ModelFormatError(path, "is one layer too many, expected at most \(ModelDefinition.Reading.mostLayers)")
    }
    var fields = try ConfigurationReader(value, path: path)
    let className = try fields.string("class_name")
    let module = fields.value("module")
    let config = fields.value("config")
    let (called, nodes) = isCalled ? (try fields.string("name", or: ""), fields.value("inbound_nodes")) : ("", nil)
    let isOperation =
      className == "TFOpLambda" || module?.isOperations == true
      || module == nil && isBareOperation(className, config, nodes)
    let isModel = !isOperation && ModelDefinition.isModel(className)
    if isModel {
      try fields.requireModel(className, module)
    } else if !isOperation {
      if let module, module != "keras.layers" {
        throw ModelFormatError(
          "\(path).module",
          "\(module) is not supported, expected keras.layers: it has \(className), the class of "
            + (called.isEmpty ? "this layer" : called))
      }
      try fields.requireNull("registered_name")
    } else {
      fields.ignore("registered_name")
    }
    fields.ignore("build_config", "compile_config")
    if let shared = fields.value("shared_object_id"), !reading.sharedObjects.insert(shared).inserted {
      throw ModelFormatError(path, "is a layer that two models share, which is not supported")
    }
    try fields.finish()

    var name = called
    if name.isEmpty, case .object(let options) = config, case .string(let own) = options["name"] { name = own }
    var kind = isOperation ? Kind.operation : .layer
    if isModel { kind = .model(try ModelDefinition(className, config, path: path, &reading)) }
    if className == "InputLayer" { kind = .input(try inputAxes(config, path: "\(path).config")) }
    return LayerDefinition(
      path: path, className: className, name: name, kind: kind, config: config, inboundNodes: nodes)
  }

  /// Whether it is an operation of Keras 3 in a `.h5`, which leaves the module out: it has a name alone or a function's options,
  /// and is no layer, or is not called as one.
  private static func isBareOperation(_ className: String, _ config: JSONValue?, _ nodes: JSONValue?) -> Bool {
    guard case .object(let options) = config, case .array(let calls) = nodes, case .object(let call) = calls.first,
      case .array(let arguments) = call["args"]
    else { return false }
    if TensorFunction.withOptions.contains(className) { return true }
    return options.keys.elementsEqual(["name"]) && (arguments.count != 1 || !KerasLayers.names.contains(className))
  }

  private static func inputAxes(_ config: JSONValue?, path: String) throws(ModelFormatError) -> [Int?]? {
    var reader = try ConfigurationReader(config, path: path)
    var axes: [Int?]?
    for key in ["batch_shape", "batch_input_shape"] {
      guard let value = reader.value(key), value != .null else { continue }
      axes = try sampleAxes(value, path: reader.path(of: key))
    }
    reader.ignore("name")
    try reader.require("sparse", false)
    try reader.require("ragged", false)
    try reader.require("optional", false)
    _ = try reader.trainable()
    try reader.requireNumbers()
    try reader.finish()
    return axes
  }
}

/// The axes behind that of the batch in `[null, 32, 32, 3]`; nil for those that are left to the data.
func sampleAxes(_ value: JSONValue, path: String) throws(ModelFormatError) -> [Int?] {
  if case .array(let axes) = value, 2...5 ~= axes.count {
    let extents = axes.dropFirst().compactMap { axis -> Int?? in
      switch axis {
      case .null: .some(nil)
      case .number(let number): Int(exactly: number).flatMap { 1...1 << 24 ~= $0 ? .some($0) : nil }
      default: nil
      }
    }
    // A series may be long; all axes together must leave room to count in.
    let size = extents.reduce(1.0) { $0 * Double($1 ?? 1) }
    if extents.count == axes.count - 1, size <= 0x1p48 { return extents }
  }
  throw ModelFormatError(path, "\(value) is not supported, expected null and the sizes of all axes of one sample")
}

extension JSONValue {
  /// Whether it is a module of Keras 3's operations.
  fileprivate var isOperations: Bool {
    guard case .string(let module) = self else { return false }
    return ["keras.src.ops", "keras.ops", "keras.src.activations"].contains { module.hasPrefix($0) }
  }
}

extension ConfigurationReader {
  /// The longest name, in bytes: behind those of models around it, it must fit into a name of HDF5's, of which we read 4 KiB.
  private static let longestName = 1024

  /// A name that weights can be filed under, once it has no slashes, which only Keras 2 takes.
  mutating func name(or standard: String? = nil) throws(ModelFormatError) -> String {
    let name = try string("name", or: standard)
    guard 1...Self.longestName ~= name.utf8.count else {
      let found = name.isEmpty ? "an empty name" : "a name of \(name.utf8.count) bytes"
      throw refusal("name", .string(found), expected: "one of 1 to \(Self.longestName)")
    }
    guard !name.utf8.contains(0), name != "optimizer" else {
      throw refusal("name", .string(name), expected: "a name without zero bytes that is not optimizer")
    }
    return name
  }

  /// Takes what tells Keras's own models from a user's class.
  mutating func requireModel(_ className: String, _ module: JSONValue?) throws(ModelFormatError) {
    let registered = value("registered_name") ?? .null
    guard registered == .null || registered == .string(className) else {
      throw refusal("registered_name", registered, expected: className)
    }
    guard let module else { return }
    // Keras 3, and the names under which Keras 2 saw itself.
    if case .string(let name) = module, name == "keras" || name.hasPrefix("keras.") || name.hasPrefix("tf_keras.") {
      return
    }
    throw refusal("module", module, expected: "keras")
  }

  /// Whether training changes the layer.
  mutating func trainable() throws(ModelFormatError) -> Bool { try bool("trainable", or: true) }

  /// Takes `dtype`: everything is in 32-bit floats.
  mutating func requireFloats() throws(ModelFormatError) { try requireFloats(value("dtype")) }

  private func requireFloats(_ found: JSONValue?) throws(ModelFormatError) {
    var name = found
    if case .object(let policy) = found, case .object(let config) = policy["config"] { name = config["name"] ?? found }
    switch name {
    case nil, .null, "float32": break
    case .string(let policy) where policy.hasPrefix("mixed_"):
      throw refusal(
        "dtype", name,
        expected:
          "float32: make the model under keras.config.set_dtype_policy(\"float32\") and set_weights of this one, "
          + "whose weights are float32 already")
    default: throw refusal("dtype", name, expected: "float32")
    }
  }

  /// Takes the `dtype` of an input: short whole numbers are the same as floats.
  mutating func requireNumbers() throws(ModelFormatError) {
    let found = value("dtype")
    if let found, ["uint8", "int8", "uint16", "int16"].contains(found) { return }
    try requireFloats(found)
  }
}
