import FoundationEssentials
import KerasFiles
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// What versions of Keras say in different words, or mean by the same.
@Suite struct DialectTests {
  /// A chain of `layers`, each a class and its options, behind an input.
  private func chain(
    _ layers: [(String, [String: JSONValue])], input: [String: JSONValue] = ["batch_shape": [nil, 8, 8, 3]],
    version: JSONValue? = nil
  ) -> JSONValue {
    let entries = layers.enumerated().map { index, layer -> JSONValue in
      let name: JSONValue = .string("l\(index)")
      return ["class_name": .string(layer.0), "config": .object(["name": name].merging(layer.1) { $1 })]
    }
    let first: JSONValue = [
      "class_name": "InputLayer", "config": .object(input.merging(["name": "img"]) { own, _ in own }),
    ]
    var fields: [String: JSONValue] = [
      "class_name": "Sequential", "config": ["name": "net", "layers": .array([first] + entries)],
    ]
    fields["keras_version"] = version
    return .object(fields)
  }

  /// Each layer as its class and what Keras needs of it.
  private func rows(_ document: JSONValue) throws -> [String] {
    try Architecture(keras: document).layers.map { layer in
      let keras = try #require(layer.operation.layer as? any KerasLayer)
      let options = keras.configuration.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      return "\(layer.name ?? "") \(layer.operation.className)(\(options.joined(separator: ", ")))"
    }
  }

  /// tf_keras 2.21.0 gives 0, 0.3, 0.5, 0.7, 1 for -3, -1, 0, 1, 3, Keras 3.15.1 gives 0, 1/3, 1/2, 2/3, 1.
  @Test func hardSigmoidIsThatOfTheVersion() throws {
    let layers: [(String, [String: JSONValue])] = [("Activation", ["activation": "hard_sigmoid"])]
    let old = [
      "l0 Activation(activation linear)", "l0_rescaling Rescaling(offset 0.5, scale 0.2)",
      "l0_re_lu ReLU(max_value 1, negative_slope 0, threshold 0)",
    ]
    let new = ["l0 Activation(activation hard_sigmoid)"]
    #expect(try rows(chain(layers, version: "2.21.0")) == old)
    #expect(try rows(chain(layers, input: ["batch_input_shape": [nil, 8, 8, 3]])) == old)
    #expect(try rows(chain(layers, version: "3.15.1")) == new)
    #expect(try rows(chain(layers)) == new)
  }

  @Test func anActivationMayBeALayer() throws {
    let leaky: JSONValue = [
      "module": "keras.layers", "class_name": "LeakyReLU", "config": ["name": "leaky", "negative_slope": 0.1],
    ]
    let found = try rows(
      chain([
        ("Conv2D", ["filters": 2, "kernel_size": 3, "activation": leaky, "activity_regularizer": "l2"]),
        ("Flatten", [:]),
      ]))
    #expect(
      found.dropFirst().prefix(2) == [
        "l0_leaky_re_lu LeakyReLU(negative_slope 0.1)", "l0_activity ActivityRegularization(l1 0, l2 0.01)",
      ])
    #expect(found.first?.contains("activation linear") == true)
    let learnt: JSONValue = ["module": "keras.layers", "class_name": "PReLU", "config": ["name": "p"]]
    let error = #expect(throws: ModelFormatError.self) { try rows(chain([("Activation", ["activation": learnt])])) }
    #expect(error?.description.hasPrefix("layers[1].config.activation: PReLU is not supported") == true)
  }

  @Test func theKindOfAGeneratorIsPassedOver() throws {
    let layers: [(String, [String: JSONValue])] = [
      ("RandomFlip", ["mode": "horizontal", "rng_type": "stateful", "seed": 3]),
      ("Dropout", ["rate": 0.5, "rng_type": "stateful"]),
    ]
    #expect(try Architecture(keras: chain(layers)).layers.count == 2)
  }

  @Test func slashesInNamesBecomeUnderscores() throws {
    let names = ["conv1/conv", "conv1_conv", "conv1_conv_1", "a/b"]
    let document = chain(names.map { ("Activation", ["activation": "relu", "name": .string($0)]) })
    #expect(
      try Architecture(keras: document).layers.compactMap(\.name) == [
        "conv1_conv_2", "conv1_conv", "conv1_conv_1", "a_b",
      ])
  }

  @Test func anAxisIsTheLastWhereExtentsAreOpen() throws {
    let layers: [(String, [String: JSONValue])] = [
      ("Conv2D", ["filters": 4, "kernel_size": 3]), ("BatchNormalization", ["axis": 3]),
      ("GlobalAveragePooling2D", [:]), ("BatchNormalization", ["axis": 1]),
    ]
    #expect(try rows(chain(layers, input: ["batch_shape": [nil, nil, nil, 3]])).count == 4)
    let error = #expect(throws: ModelFormatError.self) {
      try rows(chain([("BatchNormalization", ["axis": 2])], input: ["batch_shape": [nil, nil, nil, 3]]))
    }
    #expect(error?.description == "layers[1].config.axis: 2 is not supported, expected -1, the last axis")
  }

  @Test func aLayerMayHaveTheNameOfAnInput() throws {
    let document = chain([("Flatten", ["name": "input_layer"])])
    let model = try Model(Architecture(keras: document))
    #expect(model.inputs[0].name == "img" && model.stages[0].name == "input_layer")
    #expect(try Model(Architecture(keras: model.kerasDocument())).stages[0].name == "input_layer")
  }

  @Test func bytesAreNumbers() throws {
    let input: [String: JSONValue] = ["batch_shape": [nil, 8, 8, 3], "dtype": "uint8"]
    #expect(try rows(chain([("Rescaling", ["scale": 0.5])], input: input)) == ["l0 Rescaling(offset 0, scale 0.5)"])
  }

  @Test func aLayerThatWeLackIsNamedBeforeItsCall() throws {
    let error = #expect(throws: ModelFormatError.self) {
      try Architecture(keras: [
        "class_name": "Functional",
        "config": [
          "name": "net", "input_layers": ["x", 0, 0], "output_layers": ["a", 0, 0],
          "layers": [
            [
              "class_name": "InputLayer", "name": "x", "config": ["name": "x", "batch_shape": [nil, 4, 3]],
              "inbound_nodes": [],
            ],
            [
              "class_name": "MultiHeadAttention", "name": "a", "config": ["name": "a"],
              "inbound_nodes": [[["x", 0, 0, ["value": ["x", 0, 0]]]]],
            ],
          ],
        ],
      ])
    }
    #expect(error?.description.hasPrefix("layers[1].class_name: MultiHeadAttention, the class of a, is not") == true)
  }

  /// `json.dump(model.to_json(), file)` writes a text in quotes.
  @Test func aTextOfATextIsRead() throws {
    let folder = try TemporaryFolder()
    let text = try JSONValue.string(chain([("Flatten", [:])]).document()).document()
    try text.write(toFile: "\(folder.path)/net.json", atomically: false, encoding: .utf8)
    #expect(try ModelFile("\(folder.path)/net.json").architecture.layers.count == 1)
    try Data().write(to: URL(filePath: "\(folder.path)/empty.keras"))
    let error = #expect(throws: (any Error).self) { try ModelFile("\(folder.path)/empty.keras") }
    #expect(error.map { "\($0)" } == "\(folder.path)/empty.keras: is empty, expected a model of Keras's")
  }
}
