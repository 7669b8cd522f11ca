import FoundationEssentials
import KerasFiles
import Kernels
import Layers
import Models
import Testing

/// Reading and writing of Keras's JSON. `Tests/Goldens/keras_models.py` made the samples.
@Suite struct ArchitectureTests {
  static func sample(_ version: Int) throws -> JSONValue {
    let file = URL(filePath: #filePath).appending(path: "../../Goldens/model-keras\(version).json").standardized
    return try JSONValue(json: Data(contentsOf: file))
  }

  /// The layers of the sample, written in Swift.
  private func everyLayer() throws -> Model {
    let layers: [(String, any Layer)] = [
      ("pad", ZeroPadding2D(top: 1, bottom: 2, left: 3, right: 4)),
      (
        "conv2d",
        Conv2D(
          8, kernel: [3, 5], stride: [2, 1], padding: .same, useBias: false, kernelInitializer: .heNormal,
          kernelRegularizer: .l2(0.125))
      ), ("bn", BatchNormalization(momentum: 0.75, epsilon: 0.007_812_5, scale: false)),
      ("activation", ActivationLayer(.gelu)), ("max_pooling2d", MaxPooling2D([2, 3], stride: 2, padding: .same)),
      ("dilated", Conv2D(4, kernel: 3, dilation: 2, activation: .silu)), ("relu", ReLU(maxValue: 6)),
      ("average_pooling2d", AveragePooling2D(2)), ("to1d", Reshape([-1, 4])),
      ("conv1d", Conv1D(6, kernel: 3, padding: .same, activation: .tanh, kernelInitializer: .glorotNormal)),
      ("leaky", LeakyReLU(negativeSlope: 0.125)), ("max_pooling1d", MaxPooling1D(2, stride: 1)),
      ("average_pooling1d", AveragePooling1D(3, stride: 1, padding: .same)), ("to3d", Reshape([3, 5, -1, 2])),
      (
        "conv3d",
        Conv3D(
          4, kernel: [1, 2, 3], stride: [1, 1, 2], padding: .same, activation: .sigmoid, kernelInitializer: .heUniform,
          biasInitializer: .constant(0.25))
      ), ("max_pooling3d", MaxPooling3D([1, 1, 2])), ("average_pooling3d", AveragePooling3D([2, 1, 1])),
      ("global_max3d", GlobalMaxPooling3D(keepDimensions: true)), ("global_average3d", GlobalAveragePooling3D()),
      ("to2d", Reshape([2, 2, 1])), ("global_max2d", GlobalMaxPooling2D(keepDimensions: true)),
      ("global_average2d", GlobalAveragePooling2D()), ("again1d", Reshape([1, 1])),
      ("global_max1d", GlobalMaxPooling1D(keepDimensions: true)), ("global_average1d", GlobalAveragePooling1D()),
      ("flatten", Flatten()), ("dense", Dense(5, activation: .relu, biasInitializer: .ones)),
      ("dropout", Dropout(0.25)), ("logits", Dense(10)), ("softmax", Softmax()),
    ]
    return try Sequential(
      name: "every_layer", input: [32, 32, 3], named: layers.map { NamedLayer(name: $0.0, layer: $0.1) })
  }

  /// What Keras wrote is the network in Swift, and what we write of that is read as the same again.
  @Test(arguments: [2, 3]) func kerasModelsAreRead(_ version: Int) throws {
    let (found, expected) = (try Sequential(Architecture(keras: Self.sample(version))), try everyLayer())
    #expect(found.stages.map { "\($0.written)" } == expected.stages.map { "\($0.written)" })
    #expect(found.stages.map(\.name) == expected.stages.map(\.name))
    #expect(found.layout == expected.layout)
    #expect(try found.kerasDocument() == expected.kerasDocument())
    #expect((found.name, found.input) == ("every_layer", [32, 32, 3]))
    let again = try Sequential(Architecture(keras: found.kerasDocument()))
    #expect(again.stages.map { "\($0.written)" } == expected.stages.map { "\($0.written)" })
    #expect(again.layout == expected.layout)
  }

  /// The smallest document that is read, with what a test changes in it.
  private func document(
    layer: [String: JSONValue] = [:], config: [String: JSONValue] = [:], top: [String: JSONValue] = [:],
    model: [String: JSONValue] = [:]
  ) -> JSONValue {
    let input: JSONValue = ["class_name": "InputLayer", "config": ["batch_shape": [nil, 8, 8, 3], "name": "i"]]
    let conv: [String: JSONValue] = ["name": "c", "filters": 2, "kernel_size": [3, 3], "activation": "relu"]
    let layers: [JSONValue] = [
      input,
      .object(
        ["class_name": "Conv2D", "config": .object(conv.merging(config) { $1 })].merging(layer) { $1 }),
      ["class_name": "Flatten", "config": ["name": "f"]],
    ]
    let fields: [String: JSONValue] = ["name": "m", "layers": .array(layers)]
    return .object(
      ["class_name": "Sequential", "config": .object(fields.merging(model) { $1 })].merging(top) { $1 })
  }

  @Test func whatSaysNothingMayBeMissingOrSaid() throws {
    let full = document(
      layer: ["module": "keras.layers", "registered_name": nil, "build_config": ["input_shape": [nil, 8, 8, 3]]],
      config: [
        "trainable": true, "dtype": ["class_name": "DTypePolicy", "config": ["name": "float32"]], "strides": [1, 1],
        "dilation_rate": 1, "groups": 1, "data_format": "channels_last", "padding": "valid", "use_bias": true,
        "bias_constraint": nil, "kernel_regularizer": nil, "bias_initializer": "zeros",
        "kernel_initializer": [
          "class_name": "VarianceScaling",
          "config": ["scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": 3],
        ],
      ], top: ["keras_version": "2.12.0", "backend": "tensorflow", "compile_config": ["loss": "mse"]])
    let (short, long) = (try Architecture(keras: document()), try Architecture(keras: full))
    #expect(short.layers.map { "\($0)" } == long.layers.map { "\($0)" })
    #expect(short.input == [8, 8, 3])
    #expect(try Sequential(short).layout.entries.map(\.name) == ["c/kernel", "c/bias"])
  }

  /// A wave of five minutes has more steps than an image may have rows; what cannot be counted is refused.
  @Test(
    arguments: [
      ([14_400_000, 1], true), ([16_777_216, 16_777_216], true), ([16_777_217, 1], false),
      ([16_777_216, 16_777_216, 2], false), ([0, 1], false),
    ] as [([Int], Bool)])
  func seriesMayBeLong(extents: [Int], isRead: Bool) throws {
    let axes: [JSONValue] = [nil] + extents.map { .number(Double($0)) }
    let layers: JSONValue = [
      ["class_name": "InputLayer", "config": ["batch_shape": .array(axes), "name": "i"]],
      ["class_name": "Flatten", "config": ["name": "f"]],
    ]
    let found = Result {
      try Architecture(keras: ["class_name": "Sequential", "config": ["name": "m", "layers": layers]])
    }
    #expect((try? found.get())?.input?.dimensions == (isRead ? extents : nil))
  }

  /// A path in the document, what was found and what was expected.
  @Test(
    arguments: [
      (["groups": 3], "layers[1].config.groups: 3 is not supported, expected a divisor of the 2 filters"),
      (["filters": 0], "layers[1].config.filters: 0 is not supported, expected a whole number from 1 to 1048576"),
      (["filters": 2.5], "layers[1].config.filters: 2.5 is not supported, expected a whole number from 1 to 1048576"),
      (["filters": "2"], "layers[1].config.filters: 2 is not supported, expected a whole number from 1 to 1048576"),
      (
        ["kernel_size": [3]],
        "layers[1].config.kernel_size: [3] is not supported, expected 2 whole numbers from 1 to 65536"
      ),
      (
        ["kernel_size": [256, 256]],
        "layers[1].config.kernel_size: [256, 256] is not supported, expected at most 16384 taps"
      ),
      (
        ["strides": [1, 0]],
        "layers[1].config.strides: [1, 0] is not supported, expected 2 whole numbers from 1 to 65536"
      ),
      (["padding": "causal"], "layers[1].config.padding: causal is not supported, expected valid or same"),
      (
        ["data_format": "channels_first"],
        "layers[1].config.data_format: channels_first is not supported, expected channels_last"
      ), (["dtype": "float16"], "layers[1].config.dtype: float16 is not supported, expected float32"),
      (
        ["dtype": ["class_name": "DTypePolicy", "config": ["name": "mixed_bfloat16"]]],
        "layers[1].config.dtype: mixed_bfloat16 is not supported, expected float32: make the model under "
          + "keras.config.set_dtype_policy(\"float32\") and set_weights of this one, whose weights are float32 already"
      ), (["trainable": 1], "layers[1].config.trainable: 1 is not supported, expected true or false"),
      (
        ["activation": "sparsemax"],
        "layers[1].config.activation: sparsemax is not supported, expected "
          + Activation.allCases.map(\.rawValue).joined(separator: ", ")
      ),
      (
        ["kernel_initializer": ["class_name": "Wavelet", "config": [:]]],
        "layers[1].config.kernel_initializer: Wavelet is not supported, expected Zeros, Ones, Constant, GlorotUniform, "
          + "GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, RandomNormal, RandomUniform, TruncatedNormal, "
          + "VarianceScaling, Orthogonal, Identity, Dirac or Whitening"
      ),
      (
        ["kernel_initializer": ["class_name": "Constant", "config": ["value": "x"]]],
        "layers[1].config.kernel_initializer.config.value: x is not supported, expected a number"
      ),
      (
        ["kernel_regularizer": ["class_name": "L1L2", "config": ["l1": -0.5, "l2": 0]]],
        "layers[1].config.kernel_regularizer.config.l1: -0.5 is not supported, expected a number of at least 0.0"
      ),
      (
        ["kernel_regularizer": ["class_name": "OrthogonalRegularizer", "config": [:]]],
        "layers[1].config.kernel_regularizer: OrthogonalRegularizer is not supported, expected null, L1, L2 or L1L2"
      ),
      (
        ["kernel_constraint": ["class_name": "RadialConstraint", "config": [:]]],
        "layers[1].config.kernel_constraint: RadialConstraint is not supported, expected null, MaxNorm, NonNeg, UnitNorm or MinMaxNorm"
      ), (["lora_rank": 4], "layers[1].config.lora_rank: 4 is not supported, we do not have this option"),
      (
        ["name": "optimizer"],
        "layers[1].config.name: optimizer is not supported, expected a name without zero bytes that is not optimizer"
      ),
      (
        ["name": "a\0b"],
        "layers[1].config.name: a\0b is not supported, expected a name without zero bytes that is not optimizer"
      ),
      (
        ["name": .string(String(repeating: "a", count: 1025))],
        "layers[1].config.name: a name of 1025 bytes is not supported, expected one of 1 to 1024"
      ), (["name": "f"], "layers[2].config.name: f is the name of an earlier layer, expected one of its own"),
    ] as [([String: JSONValue], String)]) func optionsThatWeLackAreRefused(
      _ config: [String: JSONValue], _ message: String
    )
  {
    let error = #expect(throws: ModelFormatError.self) { try Architecture(keras: document(config: config)) }
    #expect(error?.description == message)
  }

  @Test func otherModelsAreRefused() {
    for (document, message) in [
      (
        document(layer: ["class_name": "Attention"]),
        "layers[1].class_name: Attention, the class of c, is not supported, expected one of Conv1D"
      ),
      (document(layer: ["module": "mine"]), "layers[1].module: mine is not supported, expected keras.layers"),
      (document(layer: ["registered_name": "mine>Conv2D"]), "layers[1].registered_name: mine>Conv2D is not supported"),
      (
        document(layer: ["class_name": "InputLayer"]),
        "layers[1]: InputLayer is only supported as the first layer of a Sequential"
      ),
      (document(layer: ["inbound_nodes": []]), "layers[1].inbound_nodes: [] is not supported"),
      (
        document(top: ["class_name": "Mine"]),
        "class_name: Mine is not supported, expected Sequential or Functional: keras.Model(model.inputs, model.outputs) makes"
      ),
      (
        document(top: ["class_name": "Mine", "config": ["units": 3]]),
        "class_name: Mine is not supported, expected Sequential or Functional"
      ),
      (document(top: ["module": "mine"]), "module: mine is not supported, expected keras"),
      (
        document(top: ["registered_name": "mine>Net"]),
        "registered_name: mine>Net is not supported, expected Sequential"
      ),
      (document(top: ["class_name": nil, "config": nil]), "class_name: null is not supported, expected Sequential"),
      (document(model: ["layers": []]), "config.layers: is not there, expected a list of layers"),
      (document(model: ["name": "optimizer"]), "config.name: optimizer is not supported"),
      (document(model: ["layers": [3]]), "layers[0]: 3 is not supported, expected an object"),
      ([1, 2], "[1, 2] is not supported, expected an object"),
    ] as [(JSONValue, String)] {
      let error = #expect(throws: ModelFormatError.self) { try Architecture(keras: document) }
      #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }
  }

  /// Sizes beyond all measure end in an error, not in a trap.
  @Test(
    arguments: [
      ["filters": 1_048_576, "padding": "same", "kernel_size": [128, 128]], ["kernel_size": [9, 1]],
      ["dilation_rate": 65_536],
    ] as [[String: JSONValue]]) func whatDoesNotFitIsAShapeError(_ config: [String: JSONValue]) throws
  {
    let architecture = try Architecture(keras: document(config: config))
    #expect(throws: ShapeError.self) { try Sequential(architecture) }
    #expect(throws: ShapeError.self) {
      try Sequential(name: "wide", input: [8, 8, 3]) {
        ZeroPadding2D(20_000)
        Flatten()
      }
    }
  }

  @Test func aModelMayLeaveItsInputOpen() throws {
    guard case .object(var fields) = document(), case .object(var config) = fields["config"],
      case .array(let layers) = config["layers"]
    else { return }
    config["layers"] = .array(Array(layers.dropFirst()))
    fields["config"] = .object(config)
    let open = try Architecture(keras: .object(fields))
    #expect(open.input == nil)
    #expect(throws: ShapeError.self) { try Sequential(open) }
    #expect(try Sequential(open, input: [5, 5, 1]).classes == 3 * 3 * 2)
    config["build_input_shape"] = [nil, 7, 7, 1]
    fields["config"] = .object(config)
    #expect(try Architecture(keras: .object(fields)).input == [7, 7, 1])
    // Keras before 2.2.3 wrote a bare list, and the shape into the first layer.
    fields["config"] = .array(Array(layers.dropFirst()))
    #expect(try Architecture(keras: .object(fields)).layers.count == 2)
  }

  @Test func differencesAreNamedByTheirPlace() throws {
    let (one, other) = (document(), document(config: ["filters": 3]))
    #expect(one.difference(from: one) == nil)
    #expect(one.difference(from: other) == "config.layers[1].config.filters: 2, not 3")
  }

  @Test func jsonKeepsItsValues() throws {
    let value: JSONValue = [
      "whole": 9_007_199_254_740_991, "part": 0.1, "flag": true, "none": nil, "text": "a\"é/", "list": [1, [], [:]],
    ]
    let text = try value.document()
    #expect(text.contains("\"whole\" : 9007199254740991"))
    #expect(try JSONValue(json: text.utf8) == value)
    for broken in ["", "{", "{\"a\" 1}"] {
      let error = #expect(throws: ModelFormatError.self) { try JSONValue(json: broken.utf8) }
      #expect(error?.description.hasPrefix("is no JSON document") == true)
    }
  }
}
