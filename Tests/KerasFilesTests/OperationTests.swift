import KerasFiles
import Layers
import Models
import Testing

/// Arithmetic without layers, and how layers may be called.
@Suite struct OperationTests {
  private func tensor(_ layer: String, _ call: Int = 0) -> JSONValue {
    [
      "class_name": "__keras_tensor__",
      "config": ["shape": [nil, 4], "dtype": "float32", "keras_history": [.string(layer), .number(Double(call)), 0]],
    ]
  }

  private func entry(_ className: String, _ config: [String: JSONValue], _ nodes: JSONValue) -> JSONValue {
    guard case .string(let name) = config["name"] else { return nil }
    return [
      "class_name": .string(className), "config": .object(config), "name": .string(name), "inbound_nodes": nodes,
    ]
  }

  /// A functional model with an input `x` of four numbers, another `z` where wanted, and `layers` behind, the last of them the
  /// output.
  private func read(_ layers: [JSONValue], to output: String, inputs: [String] = ["x"]) throws -> Model {
    let entries = inputs.map { entry("InputLayer", ["name": .string($0), "batch_shape": [nil, 4]], []) } + layers
    return try Model(
      Architecture(keras: [
        "class_name": "Functional",
        "config": [
          "name": "net", "layers": .array(entries), "input_layers": .array(inputs.map { [.string($0), 0, 0] }),
          "output_layers": [.string(output), 0, 0],
        ],
      ]))
  }

  private func operation(_ className: String, _ arguments: [JSONValue]) -> JSONValue {
    guard case .object(var fields) = entry(className, ["name": "op"], [["args": .array(arguments), "kwargs": [:]]])
    else {
      return nil
    }
    fields["module"] = "keras.src.ops.numpy"
    fields["registered_name"] = .string(className)
    return .object(fields)
  }

  private func lambda(_ function: String, _ node: JSONValue) -> JSONValue {
    entry("TFOpLambda", ["name": "op", "trainable": true, "dtype": "float32", "function": .string(function)], [node])
  }

  @Test(arguments: ["Add", "Subtract", "Multiply", "Maximum", "Minimum"])
  func arithmeticBetweenTensorsIsAMergingLayer(_ name: String) throws {
    let both = try read([operation(name, [tensor("x"), tensor("z")])], to: "op", inputs: ["x", "z"])
    #expect(both.stages.map { "\($0.name) \($0.written.className) \($0.inputs)" } == ["op \(name) [0, 1]"])
    let old = try read(
      [lambda("math.\(name.lowercased())", ["x", 0, 0, ["y": ["z", 0, 0], "name": nil]])], to: "op", inputs: ["x", "z"])
    #expect(old.stages.map { "\($0.name) \($0.written.className) \($0.inputs)" } == ["op \(name) [0, 1]"])
  }

  /// With a number it is a line, `scale · x + offset`.
  @Test func arithmeticWithANumberIsARescaling() throws {
    for (layer, scale, offset) in [
      (operation("Add", [tensor("x"), 3]), 1, 3), (operation("Subtract", [tensor("x"), 3]), 1, -3),
      (operation("Subtract", [3, tensor("x")]), -1, 3), (operation("Multiply", [0.5, tensor("x")]), 0.5, 0),
      (operation("TrueDivide", [tensor("x"), 4]), 0.25, 0), (operation("Negative", [tensor("x")]), -1, 0),
      (lambda("math.truediv", ["x", 0, 0, ["y": 4, "name": nil]]), 0.25, 0),
      (lambda("math.subtract", ["_CONSTANT_VALUE", -1, 3, ["y": ["x", 0, 0]]]), -1, 3),
    ] as [(JSONValue, Double, Double)] {
      if KerasLayers.named("Rescaling") == nil {
        let error = #expect(throws: ModelFormatError.self) { try read([layer], to: "op") }
        #expect(error?.description.contains("Rescaling, the class of op, is not supported") == true)
        continue
      }
      let stage = try #require(try read([layer], to: "op").stages.first)
      let written = try #require(stage.written.layer as? any KerasLayer).configuration
      #expect(written["scale"] == .number(scale) && written["offset"] == .number(offset))
    }
  }

  /// A node of a function, with the arguments where Keras 3 keeps them.
  private func function(_ className: String, _ config: [String: JSONValue]) -> JSONValue {
    guard case .object(var fields) = operation(className, [tensor("x")]) else { return nil }
    fields["config"] = .object(config.merging(["name": "op"]) { $1 })
    fields["module"] = "keras.src.ops.nn"
    return .object(fields)
  }

  /// The nodes are as Keras 3.15.1 and tf_keras 2.21.0 write them.
  @Test func functionsOfTensorsKeepTheirOptions() throws {
    guard case .object(var rectifier) = function("ReLU", ["negative_slope": 0.1, "max_value": 3, "threshold": 0.2])
    else { return }
    rectifier["module"] = "keras.src.activations.activations"
    for (node, className, options) in [
      (function("Elu", ["alpha": 0.3]), "ELU", ["alpha": 0.3]),
      (function("Elu", ["alpha": 1]), "Activation", ["activation": "elu"]),
      (function("LeakyRelu", ["negative_slope": 0.1]), "LeakyReLU", ["negative_slope": 0.1]),
      (lambda("nn.leaky_relu", ["x", 0, 0, ["alpha": 0.1]]), "LeakyReLU", ["negative_slope": 0.1]),
      (lambda("nn.leaky_relu", ["x", 0, 0, [:]]), "LeakyReLU", ["negative_slope": 0.2]),
      (.object(rectifier), "ReLU", ["negative_slope": 0.1, "max_value": 3, "threshold": 0.2]),
      (function("Gelu", ["approximate": true]), "Activation", ["activation": "gelu_tanh"]),
      (function("Gelu", ["approximate": false]), "Activation", ["activation": "gelu"]),
      (lambda("nn.gelu", ["x", 0, 0, [:]]), "Activation", ["activation": "gelu"]),
      (function("Softmax", ["axis": -1]), "Activation", ["activation": "softmax"]),
      (function("Softmax", ["axis": 1]), "Activation", ["activation": "softmax"]),
      (lambda("nn.softmax", ["x", 0, 0, ["axis": -1]]), "Activation", ["activation": "softmax"]),
      (function("Squareplus", ["b": 4]), "Activation", ["activation": "squareplus"]),
      (function("TanhShrink", [:]), "Activation", ["activation": "tanh_shrink"]),
    ] as [(JSONValue, String, [String: JSONValue])] {
      let stage = try #require(try read([node], to: "op").stages.first)
      let written = try #require(stage.written.layer as? any KerasLayer)
      #expect(stage.written.className == className && written.configuration == options)
      // A `.h5` leaves the module out.
      guard case .object(var bare) = node, bare.removeValue(forKey: "module") != nil else { continue }
      bare["registered_name"] = nil
      let same = try #require(try read([.object(bare)], to: "op").stages.first?.written.layer as? any KerasLayer)
      #expect(same.configuration == options || className == "Activation" && type(of: same).className == "Softmax")
    }
  }

  @Test func optionsThatNoLayerHasAreRefused() throws {
    for (node, message) in [
      (function("Celu", ["alpha": 2]), "layers[1].config.alpha: 2 is not supported, expected 1"),
      (function("SoftShrink", ["threshold": 0.3]), "layers[1].config.threshold: 0.3 is not supported, expected 0.5"),
      (function("Softmax", ["axis": 0]), "layers[1].config.axis: 0 is not supported, expected -1, the last axis"),
      (
        lambda("nn.softmax", ["x", 0, 0, ["axis": 0]]),
        "layers[1].inbound_nodes[0].axis: 0 is not supported, expected -1, the last axis"
      ),
      (
        function("Threshold", ["threshold": 0.5, "default_value": 0]),
        "layers[1].inbound_nodes[0]: the operation Threshold of op is not supported: write it as a layer"
      ),
      (function("Relu", ["slope": 2]), "layers[1].config.slope: 2 is not supported, we do not have this option"),
    ] {
      let error = #expect(throws: ModelFormatError.self) { try read([node], to: "op") }
      #expect(error?.description == message)
    }
  }

  @Test func otherOperationsAreRefusedByNameAndPlace() throws {
    for (layer, message) in [
      (
        operation("GetItem", [tensor("x"), 0]),
        "layers[1].inbound_nodes[0]: the operation GetItem of op is not supported: write it as a layer"
      ),
      (
        operation("TrueDivide", [3, tensor("x")]),
        "layers[1].inbound_nodes[0]: the operation TrueDivide of op is not supported on 3.0 first"
      ),
      (
        operation("TrueDivide", [tensor("x"), 0]),
        "layers[1].inbound_nodes[0]: the operation TrueDivide of op is not supported with 0.0"
      ),
      (
        operation("Add", [tensor("x"), [1, 2, 3, 4]]),
        "layers[1].inbound_nodes[0]: the operation Add of op takes tensors and numbers, got [1, 2, 3, 4]"
      ),
      (
        lambda("math.cumsum", ["x", 0, 0, ["axis": 1]]),
        "layers[1].inbound_nodes[0]: the operation math.cumsum of op is not supported: write it as a layer"
      ),
      (
        operation("Add", [tensor("y"), 1]), "layers[1].inbound_nodes[0].args: there is no layer y"
      ),
    ] {
      let error = #expect(throws: ModelFormatError.self) { try read([layer], to: "op") }
      #expect(error?.description == message)
    }
  }

  private func dense(_ name: String, _ nodes: JSONValue) -> JSONValue {
    entry("Dense", ["name": .string(name), "units": 4], nodes)
  }

  @Test func graphsThatCannotBeAreRefused() throws {
    let drop = { (call: [String: JSONValue]) in
      entry("Dropout", ["name": "d", "rate": 0.5], [["args": [tensor("x")], "kwargs": .object(call)]])
    }
    for (layers, output, message) in [
      (
        [dense("a", [[["b", 0, 0, [:]]]]), dense("b", [[["a", 0, 0, [:]]]])], "b",
        "net: layer b is fed by what it feeds"
      ),
      ([dense("a", [[["x", 0, 1, [:]]]])], "a", "layer x gives 1 tensors, number 1 is wanted"),
      ([dense("a", [[["x", 0, 0, [:]]]])], "b", "config.output_layers: there is no layer b"),
      ([dense("a", [[["a", 1, 0, [:]]]])], "a", "there is no call 1 of layer a"),
      ([dense("x", [[["x", 0, 0, [:]]]])], "x", "layers[1].config.name: x is the name of an earlier layer"),
      (
        [dense("a", [[["x", 0, 0, [:]], ["x", 0, 0, [:]]]])], "a", "layers[1]: a is called with 2 tensors, expected one"
      ),
      ([dense("a", [3])], "a", "layers[1].inbound_nodes[0]: 3 is not supported, expected a call"),
      ([dense("a", [[["x", 0, 0, ["mask": 3]]]])], "a", "layers[1].inbound_nodes[0]: a is called with mask=3"),
      (
        [
          entry(
            "BatchNormalization", ["name": "n"], [["args": [tensor("x")], "kwargs": ["training": false]]])
        ], "n", "layers[1]: n is called with training=False, which is not supported for a layer that learns"
      ),
    ] as [([JSONValue], String, String)] {
      let error = #expect(throws: (any Error).self) { try read(layers, to: output) }
      #expect(error.map { "\($0)" }?.contains(message) == true, "\(error.map { "\($0)" } ?? "") \(message)")
    }
    // What the whole network is called with counts over this; Keras notes it by itself of layers that draw.
    #expect(try read([drop(["training": true])], to: "d").stages.map(\.name) == ["d"])
    // A layer that is off passes on what it gets; one that does not learn does not measure either.
    let off = try read(
      [drop(["training": false]), dense("a", [["args": [tensor("d")], "kwargs": ["training": false]]])], to: "a")
    #expect(off.stages.map(\.name) == ["a"])
    let still = try read(
      [
        entry(
          "BatchNormalization", ["name": "n", "trainable": false],
          [["args": [tensor("x")], "kwargs": ["training": false]]])
      ], to: "n")
    #expect(!still.stages[0].isTrainable)
  }

  /// Models within models that call one another twice grow by powers of two.
  @Test func aModelThatGrowsBeyondMeasureIsRefused() throws {
    var inner: JSONValue = ["class_name": "Activation", "config": ["name": "a0", "activation": "relu"]]
    for depth in 1...20 {
      // A chain has each layer once, so each level is a functional model that calls the level below twice.
      guard case .object(var called) = inner, case .object(let config) = called["config"] else { return }
      called["name"] = config["name"]
      let below = config["name"] ?? nil
      let offset: JSONValue = depth == 1 ? 0 : 1
      called["inbound_nodes"] = [[["i", 0, 0, [:]]], [[below, offset, 0, [:]]]]
      inner = [
        "class_name": "Functional",
        "config": [
          "name": .string("a\(depth)"),
          "layers": [entry("InputLayer", ["name": "i", "batch_shape": [nil, 4]], []), .object(called)],
          "input_layers": ["i", 0, 0], "output_layers": [below, depth == 1 ? 1 : 2, 0],
        ],
      ]
    }
    let error = #expect(throws: ModelFormatError.self) { try Architecture(keras: inner) }
    #expect(error?.description.contains("is called once too often, expected at most 8192 calls in all") == true)
  }
}
