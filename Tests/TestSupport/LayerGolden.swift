import FoundationEssentials
import KerasFiles
import Layers
import Models
import Tensors

/// What Keras gave for one layer: `Tests/Goldens/keras_configured_layers.py` and `keras_layers.py` wrote it, and say what inputs
/// and weights are.
public struct LayerGolden {
  /// Keras's name of the layer.
  public let className: String
  /// Its configuration.
  public let config: JSONValue
  /// The shape of a sample.
  public let input: Shape
  /// The samples.
  public let x: [Float]
  /// What Keras made of them.
  public let y: [Float]

  /// The file names of the goldens.
  public static let files = [
    "layers.json", "configured-activations.json", "configured-convolutions.json", "configured-moves.json",
    "configured-normalizations.json", "configured-preprocessing.json", "configured-shapes.json",
  ]

  /// The folder of all goldens.
  public static let folder = URL(filePath: #filePath).appending(path: "../../Goldens").standardized.path

  /// All layers in a file that were not run as in training.
  public static func read(_ file: String) throws -> [LayerGolden] {
    let document = try JSONValue(json: Data(contentsOf: URL(filePath: "\(folder)/\(file)")))
    guard let samples = document["samples"]?.numbers.first, case .array(let list) = document["cases"] else {
      throw ModelFormatError("", "is no golden")
    }
    return try list.compactMap { try LayerGolden($0, samples: Int(samples)) }
  }

  private init?(_ value: JSONValue, samples: Int) throws {
    guard case .string(let className) = value["class_name"] ?? value["layer"],
      case .object(var config) = value["config"] ?? value["options"]
    else { throw ModelFormatError("", "is no golden") }
    if value["training"] == true || config.removeValue(forKey: "training") == true { return nil }
    self.className = className
    self.config = .object(config)
    input = Shape(value["input"]?.numbers.map { Int($0) } ?? [])
    x = Self.numbers(samples * input.count, seed: 1)
    y = value["y"]?.numbers.map { Float($0) } ?? []
  }

  /// What it is about.
  public var title: String { "\(className) on \(input): \(config)" }

  /// The layer, as model files are read.
  public func layer() throws -> any Layer {
    guard let type = KerasLayers.named(className) else { throw ModelFormatError("", "is no golden") }
    var reader = try ConfigurationReader(config, path: "config", inputRank: input.rank)
    reader.ignore("name", "trainable", "dtype", "batch_input_shape", "batch_shape")
    let layer = try type.init(reading: &reader)
    try reader.finish()
    return layer
  }

  /// Fills in the weights of the layer at `stage`.
  public static func fill(_ stage: Model.Stage, in values: FloatStorage) {
    for (index, parameter) in stage.parameters.enumerated() {
      let own = numbers(parameter.shape.count, seed: 2 + index).map {
        parameter.name.contains("variance") ? abs($0) + 0.5 : $0
      }
      _ = values.buffer.part(stage.ranges[index]).update(fromContentsOf: own)
    }
  }

  /// The scripts' `numbers`: multiples of 1/512 in -2 … 2, from cubes modulo a prime.
  public static func numbers(_ count: Int, seed: Int) -> [Float] {
    let prime = 2_039
    return (0..<count).map { i in
      let root = (i + 97 * seed) % prime
      return Float(root * root % prime * root % prime - prime / 2) / 512
    }
  }
}

/// A network of `Tests/Goldens/networks.json`, and of other goldens of graphs.
public func goldenNetworks() throws -> [(name: String, model: Model)] {
  func read(_ file: String) throws -> JSONValue {
    try JSONValue(json: Data(contentsOf: URL(filePath: "\(LayerGolden.folder)/\(file)")))
  }
  guard case .array(let list) = try read("networks.json")["networks"] else {
    throw ModelFormatError("", "is no golden")
  }
  var networks = try list.map { network in
    guard case .string(let name) = network["name"], case .string(let json) = network["architecture"] else {
      throw ModelFormatError("", "is no golden")
    }
    let shape = Shape(network["shape"]?.numbers.map { Int($0) } ?? [])
    return (name: name, model: try Model(Architecture(keras: JSONValue(json: json.utf8)), input: shape))
  }
  for name in ["everything", "graph-keras3", "graph-keras2", "model-keras3"] {
    let architecture = try Architecture(keras: try read("\(name).json"))
    networks.append((name, try Model(architecture, input: [32, 32, 3])))
  }
  return networks
}

extension JSONValue {
  /// A field of an object.
  fileprivate subscript(_ key: String) -> JSONValue? { if case .object(let fields) = self { fields[key] } else { nil } }

  /// The numbers in a list, or the number itself.
  fileprivate var numbers: [Double] {
    switch self {
    case .number(let number): [number]
    case .array(let list): list.flatMap(\.numbers)
    default: []
    }
  }
}
