import Layers
import Models
import Tensors

extension Model {
  /// Works out the shapes of a network that was read from a file.
  ///
  /// - Parameter input: the shape of one sample, for a description that leaves it open.
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given.
  public init(_ architecture: Architecture, input: Shape? = nil) throws(ShapeError) {
    var inputs: [Input] = []
    for described in architecture.inputs {
      guard let shape = described.shape ?? input else {
        throw ShapeError(
          described.axes == nil
            ? "\(architecture.name) does not say what it takes: put keras.Input(shape) before its first layer, or say the shape "
              + "with --input-shape"
            : "\(architecture.name) takes samples of any size: say their shape with --input-shape, as \(described.example)"
        )
      }
      guard described.takes(shape) else {
        throw ShapeError("\(architecture.name) takes samples of another shape than \(shape)")
      }
      inputs.append(Input(name: described.name, shape: shape))
    }
    try self.init(
      name: architecture.name, inputs: inputs, layers: architecture.layers, outputs: architecture.outputs)
  }

  /// The network as Keras 3's `to_json()` describes it: `keras.models.model_from_json` makes it anew. A chain is a
  /// `Sequential`, anything else a functional model.
  ///
  /// - Throws: `ModelFormatError` for a layer that Keras does not have.
  public func kerasDocument() throws(ModelFormatError) -> JSONValue { try kerasDocument(inKerasOrder: false) }

  /// The same, with the layers of a graph in the order in which Keras has them once it has read it.
  func kerasDocument(inKerasOrder: Bool) throws(ModelFormatError) -> JSONValue {
    // A chain's input has no name of its own.
    isChain && inputs[0].name == Self.chainInput
      ? try sequentialDocument() : try functionalDocument(inKerasOrder: inKerasOrder)
  }

  /// The name of the input of a chain.
  private static let chainInput = "input_layer"

  private func sequentialDocument() throws(ModelFormatError) -> JSONValue {
    var layers = [JSONValue.object(Self.entry(inputs[0]))]
    for (index, stage) in stages.enumerated() { layers.append(.object(try Self.entry(stage, index + 1))) }
    return [
      "module": "keras", "class_name": "Sequential", "registered_name": nil,
      "config": ["name": .string(name), "trainable": true, "dtype": "float32", "layers": .array(layers)],
    ]
  }

  private func functionalDocument(inKerasOrder: Bool) throws(ModelFormatError) -> JSONValue {
    var layers: [[String: JSONValue]] = []
    // For each tensor, the layer that gives it and which of its calls does.
    var histories: [JSONValue] = []
    for input in inputs {
      layers.append(
        Self.entry(input).merging(["name": .string(input.name), "inbound_nodes": []]) { $1 })
      histories.append([.string(input.name), 0, 0])
    }
    var entries: [Int: Int] = [:]  // by the first stage of the layer
    var calls: [Int: [JSONValue]] = [:]
    for (index, stage) in stages.enumerated() {
      let first = stage.first ?? index
      if entries[first] == nil {
        entries[first] = layers.count
        layers.append(try Self.entry(stage, layers.count).merging(["name": .string(stage.name)]) { $1 })
      }
      let tensors = zip(stage.inputs, stage.inputShapes).map { tensor, shape -> JSONValue in
        [
          "class_name": "__keras_tensor__",
          "config": ["shape": Self.batched(shape), "dtype": "float32", "keras_history": histories[tensor]],
        ]
      }
      let isMerging = if case .merging = stage.written { true } else { false }
      calls[first, default: []].append(["args": isMerging ? [.array(tensors)] : .array(tensors), "kwargs": [:]])
      histories.append([.string(stage.name), JSONValue((calls[first]?.count ?? 1) - 1), 0])
    }
    for (first, entry) in entries { layers[entry]["inbound_nodes"] = .array(calls[first] ?? []) }
    if inKerasOrder {
      layers = kerasOrder.compactMap { operation in
        switch operation {
        case .input(let input): layers[input]
        case .layer(let first): entries[first].map { layers[$0] }
        }
      }
    }
    return [
      "module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional",
      "config": [
        "name": .string(name), "trainable": true, "layers": .array(layers.map { .object($0) }),
        "input_layers": .array(inputs.indices.map { histories[$0] }),
        "output_layers": .array(outputs.map { histories[$0] }),
      ],
    ]
  }

  private static func entry(_ stage: Stage, _ index: Int) throws(ModelFormatError) -> [String: JSONValue] {
    let configuration: [String: JSONValue]
    switch stage.written {
    case .layer(let layer as any KerasLayer): configuration = layer.configuration
    case .merging(let layer as any KerasMergingLayer): configuration = layer.configuration
    default: throw ModelFormatError("layers[\(index)]", "\(stage.written.className) is no layer of Keras's")
    }
    let frozen: [String: JSONValue] = stage.isTrainable ? [:] : ["trainable": false]
    return entry(stage.written.className, configuration.merging(frozen) { $1 }, stage.name)
  }

  private static func entry(_ input: Input) -> [String: JSONValue] {
    entry("InputLayer", ["batch_shape": batched(input.shape)], input.name)
  }

  private static func entry(
    _ className: String, _ configuration: [String: JSONValue], _ name: String
  ) -> [String: JSONValue] {
    let common: [String: JSONValue] = ["name": .string(name), "dtype": "float32"]
    return [
      "module": "keras.layers", "class_name": .string(className), "registered_name": nil,
      "config": .object(configuration.merging(common) { $1 }),
    ]
  }

  static func batched(_ shape: Shape) -> JSONValue {
    .array([.null] + shape.dimensions.map { JSONValue($0) })
  }
}
