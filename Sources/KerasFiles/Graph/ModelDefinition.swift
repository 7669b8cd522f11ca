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
  let hasInputLayer: Bool
  /// Whether its layers have the names that their weights are filed under.
  var isNamed = false

  /// What was found on the way, in all models of a document.
  struct Reading {
    var sharedObjects: Set<JSONValue> = []
    var layerCount = 0
    var callCount = 0

    /// More layers than this, or calls of them, are no network, and would take long to read.
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
      reading.callCount += calls[calls.count - 1].count
      guard reading.callCount <= Reading.mostLayers else {
        throw ModelFormatError(
          "\(definition.path).inbound_nodes", "has a call too many, expected at most \(Reading.mostLayers) in all")
      }
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
      if let tensor = try reference(values, path: path) { return [(nil, tensor)] }
      var found: [(key: String?, tensor: TensorReference)] = []
      for (index, value) in values.enumerated() { found += try ends(value, path: "\(path)[\(index)]") }
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
