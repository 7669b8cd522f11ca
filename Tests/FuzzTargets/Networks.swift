import Datasets
import Files
import FoundationEssentials
import KerasFiles
import Layers
import Models
import Objectives
import Runs
import Tensors

extension FuzzTarget {
  /// What `to_json()` of Keras writes.
  static let kerasJSON = FuzzTarget(
    "keras-json", words: networkWords,
    seeds: {
      try [tiny().kerasDocument().document(), graphOfKeras2, graphOfKeras3].map { Array($0.utf8) } + singleLayers()
    },
    reading: { bytes, folder in try readNetwork(folder.file("model.json", bytes)) })

  /// The `.keras` archives of Keras 3.
  static let kerasArchive = FuzzTarget(
    "keras-archive", words: networkWords,
    seeds: { [try exported { try $0.writeArchive(to: $1) }] },
    reading: { bytes, folder in try readNetwork(folder.file("model.keras", bytes)) })

  /// The HDF5 files of Keras, which a child process reads.
  static let hdf5 = FuzzTarget(
    "hdf5", words: networkWords,
    seeds: {
      try [exported { try $0.writeWhole(to: $1) }, exported { try $0.writeWeights(to: $1) }]
        + [Seeds.golden("packed3.weights.h5")]
    },
    reading: { bytes, folder in
      let path = try folder.file("model.h5", bytes)
      // Where there are weights alone, they are those of the network that the seeds are of.
      guard try KerasWeights.isKeras(path) else { throw RefusedNetwork(message: "is no HDF5 file") }
      let weights = try KerasWeights(path)
      let model = try tiny()
      try withFloats(model.parameterCount) { try weights.load(into: $0, of: model) }
    })

  /// A run's `config.json`, and what follows from it without data.
  static let config = FuzzTarget(
    "config", words: networkWords + ["e400", "-9223372036854775808", #""NaN""#, #""Infinity""#, "null"],
    seeds: {
      let folder = try FuzzFolder()
      return try [nil, tiny().kerasDocument()].map { network in
        var experiment = Experiment()
        (experiment.network, experiment.levels, experiment.classNames) = (network, 256, ["a", "b", "c"])
        (experiment.window, experiment.ratePoints) = (
          [-1, 1], [.init(step: 0, rate: 0.1), .init(step: 9, rate: 0.01)]
        )
        (experiment.loss, experiment.inputShape) = (Loss(.sparseCategoricalCrossentropy), [2, 2, 1])
        let run = RunFolder(folder.path)
        try run.save(
          RunConfiguration(experiment: experiment, schedule: Schedule(), openblas: "none", version: "0.1.0"))
        return try MappedFile("\(folder.path)/config.json").withBytes { Array($0) }
      }
    },
    reading: { bytes, folder in
      _ = try folder.file("config.json", bytes)
      let experiment = try RunFolder(folder.path).load().experiment
      try asNetworks {
        _ = experiment.update.rule
        let model = try experiment.makeModelWithoutData()
        _ = try experiment.headWithoutData(of: model)
        _ = try experiment.preprocessing(model)
        _ = SampleReader(experiment.sampleKind, shape: model.input)
      }
    })

  // MARK: - Reading

  private static func readNetwork(_ path: String) throws {
    let file = try ModelFile(path)
    try asNetworks {
      var experiment = Experiment()
      _ = try experiment.adopt(compilationOf: file) { _ in false }
      let input: Shape? = file.architecture.input == nil ? [8, 8, 3] : nil
      _ = try file.document(input: input)
      let model = try file.model(input: input)
      _ = model.summary
      guard let weights = file.weights, model.parameterCount < 1 << 16 else { return }
      try withFloats(model.parameterCount) { try weights.load(into: $0, of: model, as: file.architecture) }
    }
  }

  /// What is wrong with a network has an error of its own, to which the program adds the file.
  private static func asNetworks(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ShapeError {
      throw RefusedNetwork(message: "\(error)")
    } catch let error as ModelFormatError {
      throw RefusedNetwork(message: error.description)
    } catch let error as UsageError {
      throw RefusedNetwork(message: error.description)
    }
  }

  // MARK: - Seeds

  private static let networkWords =
    (KerasLayers.names.map { "\"\($0)\"" }
      + [
        #""class_name":"#, #""config":"#, #""layers":["#, #""inbound_nodes":["#, #""keras_history":["#, #""axis":"#,
        #""input_layers":["#, #""output_layers":["#, #""mean":[[1,1],1]"#, #""variance":[[1,1],1]"#, "Functional",
        "Sequential", "InputLayer", "__keras_tensor__", "TFOpLambda", "9007199254740993", "-9223372036854775808",
        "1e300",
        "16777216", "1048576", "null", "[", "]", "{}", "true", #""training":false"#, #""dtype":"float32""#,
      ])

  private static func tiny() throws -> Model {
    try Sequential(name: "tiny", input: [2, 2, 1]) {
      Flatten()
      Dense(3, activation: .softmax)
    }
  }

  /// Two calls of one layer, arithmetic, and a model in a model.
  private static let graphOfKeras2 = #"""
    {"class_name":"Functional","config":{"name":"m","layers":[
    {"class_name":"InputLayer","config":{"name":"i","batch_input_shape":[null,4]},"name":"i","inbound_nodes":[]},
    {"class_name":"Dense","config":{"name":"d","units":4},"name":"d","inbound_nodes":[[["i",0,0,{}]],[["d",0,0,{}]]]},
    {"class_name":"TFOpLambda","config":{"name":"o","function":"math.multiply"},"name":"o",
    "inbound_nodes":[["d",1,0,{"y":2.0,"name":null}]]},
    {"class_name":"Sequential","config":{"name":"s","layers":[
    {"class_name":"InputLayer","config":{"batch_input_shape":[null,4]}},
    {"class_name":"Dropout","config":{"name":"p","rate":0.5}}]},
    "name":"s","inbound_nodes":[[["o",0,0,{"training":false}]]]},
    {"class_name":"Add","config":{"name":"a"},"name":"a","inbound_nodes":[[["s",1,0,{}],["i",0,0,{}]]]}],
    "input_layers":[["i",0,0]],"output_layers":[["a",0,0]]},"keras_version":"2.15.0","backend":"tensorflow"}
    """#
  private static let graphOfKeras3 = #"""
    {"module":"keras.src.models.functional","class_name":"Functional","config":{"name":"m","trainable":true,"layers":[
    {"module":"keras.layers","class_name":"InputLayer","config":{"batch_shape":[null,8,8,3],"dtype":"float32","name":"i"},
    "registered_name":null,"name":"i","inbound_nodes":[]},
    {"module":"keras.layers","class_name":"Conv2D","config":{"name":"c","filters":3,"kernel_size":[3,3],"padding":"same",
    "activation":"relu","kernel_initializer":{"module":"keras.initializers","class_name":"HeNormal","config":{"seed":null}}},
    "registered_name":null,"name":"c","inbound_nodes":[{"args":[{"class_name":"__keras_tensor__","config":{
    "shape":[null,8,8,3],"dtype":"float32","keras_history":["i",0,0]}}],"kwargs":{}}]},
    {"module":"keras.src.ops.numpy","class_name":"Add","config":{"name":"o"},"registered_name":"Add","name":"o",
    "inbound_nodes":[{"args":[{"class_name":"__keras_tensor__","config":{"keras_history":["c",0,0]}},
    {"class_name":"__keras_tensor__","config":{"keras_history":["i",0,0]}}],"kwargs":{}}]}],
    "input_layers":[["i",0,0]],"output_layers":[["o",0,0]]},"registered_name":"Functional",
    "compile_config":{"optimizer":{"class_name":"Adam","config":{"learning_rate":0.01}},"loss":"mse","metrics":["mae"]}}
    """#

  private static func exported(_ write: (KerasExport, String) throws -> Void) throws -> [UInt8] {
    let (model, folder) = (try tiny(), try FuzzFolder())
    let path = "\(folder.path)/model"
    try withFloats(model.parameterCount) { try write(try KerasExport(model, values: $0.reading), path) }
    return try MappedFile(path).withBytes { Array($0) }
  }

  /// A chain of one layer for each case of a golden.
  private static func singleLayers() throws -> [[UInt8]] {
    var texts: Set<String> = []
    for name in ["layers", "configured-preprocessing", "configured-shapes"] {
      guard case .object(let golden) = try JSONValue(json: Seeds.golden("\(name).json")),
        case .array(let cases) = golden["cases"]
      else { continue }
      for case .object(let layer) in cases {
        guard let className = layer["class_name"] ?? layer["layer"],
          case .object(var config) = layer["config"] ?? layer["options"], case .array(let extents) = layer["input"]
        else { continue }
        config["name"] = "layer"
        let document: JSONValue = [
          "class_name": "Sequential",
          "config": [
            "layers": [
              ["class_name": "InputLayer", "config": ["batch_shape": .array([.null] + extents)]],
              ["class_name": className, "config": .object(config)],
            ]
          ],
        ]
        texts.insert(try document.document())
      }
    }
    return texts.sorted().map { Array($0.utf8) }
  }
}
