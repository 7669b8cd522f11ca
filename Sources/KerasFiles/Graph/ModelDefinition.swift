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
  fileprivate let inboundNodes: JSONValue?

  /// The name under which its weights are filed, and its first place, once it has them.
  var filedName: String?
  var firstPlace: Int?

  fileprivate init(
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
  fileprivate func call(ofNode node: Int, amongOutputs: Bool) -> Int {
    guard case .model(let model) = kind else { return node }
    let isOfKeras2 = if case .array(let nodes) = inboundNodes, case .array = nodes.first { true } else { false }
    let startsAtOne = model.isSequential ? isOfKeras2 && model.hasInputLayer : isOfKeras2 || amongOutputs
    return startsAtOne ? node - 1 : node
  }
}

/// A model as its configuration describes it: the top of a document, or one that stands among the layers of another.
final class ModelDefinition {
  let name: String
  let isSequential: Bool
  let isTrainable: Bool
  let layers: [LayerDefinition]
  /// How each layer is called.
  let calls: [[LayerCall]]
  /// The inputs in their order, with the keys of a dictionary where it is one.
  let inputs: [(key: String?, layer: Int)]
  let outputs: [TensorReference]
  fileprivate let hasInputLayer: Bool
  /// Whether its layers have the names that their weights are filed under.
  var isNamed = false

  /// What was found on the way, in all models of a document.
  struct Reading {
    fileprivate var sharedObjects: Set<JSONValue> = []
    fileprivate var layerCount = 0

    /// More layers than this are no network, and would take long to read.
    static let mostLayers = 1 << 13
  }

  /// Reads the `config` of a class that `isModel`.
  convenience init(
    _ className: String, _ config: JSONValue?, path: String, _ reading: inout Reading
  ) throws(ModelFormatError) {
    if className == "Sequential" {
      try self.init(sequential: config, path: path, &reading)
    } else {
      try self.init(functional: config, path: path, &reading)
    }
  }

  /// Whether a class is a model that is made of layers.
  static func isModel(_ className: String) -> Bool { ["Sequential", "Functional", "Model"].contains(className) }

  // MARK: - Sequential

  private init(sequential value: JSONValue?, path: String, _ reading: inout Reading) throws(ModelFormatError) {
    let place = path.isEmpty ? "config" : "\(path).config"
    var (name, isTrainable, layers, buildShape): (String, Bool, JSONValue?, JSONValue?) = ("sequential", true, nil, nil)
    switch value {
    case .array(let list): layers = .array(list)  // Keras before 2.2.3
    case let value:
      var config = try ConfigurationReader(value, path: place)
      name = try config.name(or: name)
      isTrainable = try config.trainable()
      try config.requireFloats()
      (layers, buildShape) = (config.value("layers"), config.value("build_input_shape"))
      try config.finish()
    }
    guard case .array(let list) = layers, !list.isEmpty else {
      throw ModelFormatError("\(place).layers", "is not there, expected a list of layers")
    }
    var definitions: [LayerDefinition] = []
    for (index, layer) in list.enumerated() {
      let layerPath = path.isEmpty ? "layers[\(index)]" : "\(place).layers[\(index)]"
      if index > 0, case .object(let fields) = layer, fields["class_name"] == "InputLayer" {
        throw ModelFormatError(layerPath, "InputLayer is only supported as the first layer of a Sequential")
      }
      definitions.append(try LayerDefinition.read(layer, path: layerPath, isCalled: false, &reading))
    }
    if case .input = definitions[0].kind { hasInputLayer = true } else { hasInputLayer = false }
    if !hasInputLayer {
      let shape = try Self.openInput(of: definitions[0], buildShape, path: "\(place).build_input_shape")
      definitions.insert(
        LayerDefinition(path: place, className: "InputLayer", name: "", kind: .input(shape), config: nil), at: 0)
    } else if case .input(nil) = definitions[0].kind, let buildShape, buildShape != .null {
      let shape = try sampleAxes(buildShape, path: "\(place).build_input_shape")
      let first = definitions[0]
      definitions[0] = LayerDefinition(
        path: first.path, className: "InputLayer", name: first.name, kind: .input(shape), config: nil)
    }
    guard definitions.count > 1 else {
      throw ModelFormatError("\(place).layers", "names no layer besides the input")
    }
    calls = definitions.indices.map { index in
      if index == 0 { return [] }
      let before = TensorReference(layer: index - 1, call: 0, tensor: 0)
      return [LayerCall(path: definitions[index].path, arguments: [.tensor(before)])]
    }
    (self.name, self.isTrainable, isSequential, self.layers) = (name, isTrainable, true, definitions)
    inputs = [(nil, 0)]
    outputs = [TensorReference(layer: definitions.count - 1, call: 0, tensor: 0)]
  }

  /// What a chain takes that does not begin with an input: what its first layer says, or what the chain was built for.
  private static func openInput(
    of first: LayerDefinition, _ buildShape: JSONValue?, path: String
  ) throws(ModelFormatError) -> [Int?]? {
    if case .model(let model) = first.kind, case .input(let axes) = model.layers[model.inputs[0].layer].kind {
      if let axes { return axes }
    } else if case .object(let fields) = first.config {
      for key in ["batch_shape", "batch_input_shape"] {
        if let value = fields[key], value != .null {
          return try sampleAxes(value, path: "\(first.path).config.\(key)")
        }
      }
    }
    guard let buildShape, buildShape != .null else { return nil }
    return try sampleAxes(buildShape, path: path)
  }

  // MARK: - Functional

  private init(functional value: JSONValue?, path: String, _ reading: inout Reading) throws(ModelFormatError) {
    let place = path.isEmpty ? "config" : "\(path).config"
    var config = try ConfigurationReader(value, path: place)
    name = try config.name(or: "functional")
    isTrainable = try config.trainable()
    try config.requireFloats()
    let (list, inputs, outputs) = (
      config.value("layers"), config.value("input_layers"), config.value("output_layers")
    )
    try config.finish()
    guard case .array(let list) = list, !list.isEmpty else {
      throw ModelFormatError("\(place).layers", "is not there, expected a list of layers")
    }
    var definitions: [LayerDefinition] = []
    var places: [String: Int] = [:]
    for (index, layer) in list.enumerated() {
      let layerPath = path.isEmpty ? "layers[\(index)]" : "\(place).layers[\(index)]"
      let definition = try LayerDefinition.read(layer, path: layerPath, isCalled: true, &reading)
      guard places.updateValue(index, forKey: definition.name) == nil else {
        throw ModelFormatError(
          "\(layerPath).config.name", "\(definition.name) is the name of an earlier layer, expected one of its own")
      }
      definitions.append(definition)
    }
    let layers = definitions
    let reader = { (amongOutputs: Bool) in
      LayerCallReader(
        resolve: { name, node, tensor, path throws(ModelFormatError) in
          guard let layer = places[name] else { throw ModelFormatError(path, "there is no layer \(name)") }
          let call = layers[layer].call(ofNode: node, amongOutputs: amongOutputs)
          guard call >= 0, tensor >= 0 else {
            throw ModelFormatError(path, "there is no tensor \(tensor) of call \(node) of layer \(name)")
          }
          return TensorReference(layer: layer, call: call, tensor: tensor)
        })
    }
    self.layers = definitions
    var calls: [[LayerCall]] = []
    for definition in definitions {
      calls.append(try reader(false).calls(definition.inboundNodes, path: "\(definition.path).inbound_nodes"))
      if case .input = definition.kind {
        guard calls[calls.count - 1].isEmpty else {
          throw ModelFormatError("\(definition.path).inbound_nodes", "an InputLayer is not called")
        }
      }
    }
    self.calls = calls
    self.inputs = try reader(true).ends(inputs, path: "\(place).input_layers").map { end throws(ModelFormatError) in
      guard case .input = layers[end.tensor.layer].kind else {
        throw ModelFormatError("\(place).input_layers", "\(layers[end.tensor.layer].name) is no InputLayer")
      }
      return (end.key, end.tensor.layer)
    }
    self.outputs = try reader(true).ends(outputs, path: "\(place).output_layers").map(\.tensor)
    guard !self.inputs.isEmpty, !self.outputs.isEmpty else {
      throw ModelFormatError(place, "names no \(self.inputs.isEmpty ? "input_layers" : "output_layers")")
    }
    (isSequential, hasInputLayer) = (false, true)
  }
}

extension LayerCallReader {
  /// The tensors in `input_layers` or `output_layers`: one, a list, or a dictionary in the order of its keys.
  fileprivate func ends(
    _ value: JSONValue?, path: String
  ) throws(ModelFormatError) -> [(key: String?, tensor: TensorReference)] {
    switch value {
    case .array(let values):
      if case .string = values.first {
        return try calls([.array([.array(values)])], path: path)[0].tensors.map { (nil, $0) }
      }
      var found: [(key: String?, tensor: TensorReference)] = []
      for value in values { found += try ends(value, path: path) }
      return found
    case .object(let fields):
      var found: [(key: String?, tensor: TensorReference)] = []
      for key in fields.keys.sorted() {
        found += try ends(fields[key], path: "\(path).\(key)").map { (key, $0.tensor) }
      }
      return found
    default: throw ModelFormatError(path, "\(value ?? nil) is not supported, expected [layer, node, tensor]")
    }
  }
}

extension LayerDefinition {
  /// Reads what all layers have in common.
  ///
  /// - Parameter isCalled: whether the layer stands in a graph, and says how it is called.
  fileprivate static func read(
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

  /// Whether it is an operation of Keras 3 in a `.h5`, which leaves the module out: it has a name alone, and is no layer, or is
  /// not called as one.
  private static func isBareOperation(_ className: String, _ config: JSONValue?, _ nodes: JSONValue?) -> Bool {
    guard case .object(let options) = config, options.keys.elementsEqual(["name"]), case .array(let calls) = nodes,
      case .object(let call) = calls.first, case .array(let arguments) = call["args"]
    else { return false }
    return arguments.count != 1 || !KerasLayers.names.contains(className)
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
    try reader.requireFloats()
    try reader.finish()
    return axes
  }
}

/// The axes behind that of the batch in `[null, 32, 32, 3]`; nil for those that are left to the data.
private func sampleAxes(_ value: JSONValue, path: String) throws(ModelFormatError) -> [Int?] {
  if case .array(let axes) = value, 2...5 ~= axes.count {
    let extents = axes.dropFirst().compactMap { axis -> Int?? in
      switch axis {
      case .null: .some(nil)
      case .number(let number): Int(exactly: number).flatMap { 1...1 << 16 ~= $0 ? .some($0) : nil }
      default: nil
      }
    }
    if extents.count == axes.count - 1 { return extents }
  }
  throw ModelFormatError(path, "\(value) is not supported, expected null and the sizes of all axes of one sample")
}

extension JSONValue {
  /// Whether it is the module of Keras 3's operations.
  fileprivate var isOperations: Bool {
    guard case .string(let module) = self else { return false }
    return module.hasPrefix("keras.src.ops") || module.hasPrefix("keras.ops")
  }
}

extension ConfigurationReader {
  /// A name that weights can be filed under.
  mutating func name(or standard: String? = nil) throws(ModelFormatError) -> String {
    let name = try string("name", or: standard)
    guard !name.isEmpty, !name.contains("/"), name != "optimizer" else {
      throw refusal("name", .string(name), expected: "a name without slashes that is not optimizer")
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
  mutating func requireFloats() throws(ModelFormatError) {
    switch value("dtype") {
    case nil, .null, "float32": break
    case .object(let policy):
      guard case .object(let config) = policy["config"], config["name"] == "float32" else {
        throw refusal("dtype", .object(policy), expected: "float32")
      }
    case let found: throw refusal("dtype", found, expected: "float32")
    }
  }
}
