import FoundationEssentials
import Kernels
import Layers
import Tensors
import Testing

/// What Keras computed with one layer; `Tests/Goldens/keras_layers.py` wrote it, and says what the inputs are.
struct KerasLayer: Decodable, CustomTestStringConvertible {
  let layer: String
  let options: Options
  let input: [Int]
  let output: [Int]
  let y: [Float]
  let dx: [Float]
  let gradients: [String: [Float]]
  let averages: [String: [Float]]

  var testDescription: String { "\(layer) on \(input), \(options.all)" }

  /// Keras's keywords.
  struct Options: Decodable {
    let all: [String: Value]

    init(from decoder: any Decoder) throws {
      all = try [String: Value](from: decoder)
    }

    subscript<Option>(_ key: String, _ get: (Value) -> Option?) -> Option? { all[key].flatMap(get) }
  }

  /// A keyword's value.
  enum Value: Decodable {
    case flag(Bool)
    case number(Float)
    case text(String)
    case list([Int])
    case pairs([[Int]])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Float.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let list = try? container.decode([Int].self) {
        self = .list(list)
      } else {
        self = .pairs(try container.decode([[Int]].self))
      }
    }

    var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
    var number: Float? { if case .number(let number) = self { number } else { nil } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var list: [Int]? { if case .list(let list) = self { list } else { nil } }
    var pairs: [[Int]]? { if case .pairs(let pairs) = self { pairs } else { nil } }
  }

  /// Whether it is to be run as in training.
  var isTraining: Bool { options["training", \.flag] ?? false }

  /// Our layer of the same name and options.
  func ours() throws -> any Layer {
    let units = Int(options["filters", \.number] ?? options["units", \.number] ?? 0)
    let activation = Activation(rawValue: options["activation", \.text] ?? "linear") ?? .linear
    let padding = Padding(rawValue: options["padding", \.text] ?? "valid") ?? .valid
    let useBias = options["use_bias", \.flag] ?? true
    let keepDimensions = options["keepdims", \.flag] ?? false
    let kernel = options["kernel_size", \.list] ?? options["pool_size", \.list] ?? []
    let ones = kernel.map { _ in 1 }
    let (stride, dilation) = (options["strides", \.list], options["dilation_rate", \.list] ?? ones)
    func two(_ list: [Int]) -> Extents2 { Extents2(list[0], list[1]) }
    func three(_ list: [Int]) -> Extents3 { Extents3(list[0], list[1], list[2]) }
    return switch layer {
    case "Conv1D":
      Conv1D(
        units, kernel: kernel[0], stride: (stride ?? ones)[0], padding: padding, dilation: dilation[0],
        activation: activation, useBias: useBias)
    case "Conv2D":
      Conv2D(
        units, kernel: two(kernel), stride: two(stride ?? ones), padding: padding, dilation: two(dilation),
        activation: activation, useBias: useBias)
    case "Conv3D":
      Conv3D(
        units, kernel: three(kernel), stride: three(stride ?? ones), padding: padding, dilation: three(dilation),
        activation: activation, useBias: useBias)
    case "MaxPooling1D": MaxPooling1D(kernel[0], stride: stride?[0], padding: padding)
    case "MaxPooling2D": MaxPooling2D(two(kernel), stride: stride.map(two), padding: padding)
    case "MaxPooling3D": MaxPooling3D(three(kernel), stride: stride.map(three), padding: padding)
    case "AveragePooling1D": AveragePooling1D(kernel[0], stride: stride?[0], padding: padding)
    case "AveragePooling2D": AveragePooling2D(two(kernel), stride: stride.map(two), padding: padding)
    case "AveragePooling3D": AveragePooling3D(three(kernel), stride: stride.map(three), padding: padding)
    case "GlobalMaxPooling1D": GlobalMaxPooling1D(keepDimensions: keepDimensions)
    case "GlobalMaxPooling2D": GlobalMaxPooling2D(keepDimensions: keepDimensions)
    case "GlobalMaxPooling3D": GlobalMaxPooling3D(keepDimensions: keepDimensions)
    case "GlobalAveragePooling1D": GlobalAveragePooling1D(keepDimensions: keepDimensions)
    case "GlobalAveragePooling2D": GlobalAveragePooling2D(keepDimensions: keepDimensions)
    case "GlobalAveragePooling3D": GlobalAveragePooling3D(keepDimensions: keepDimensions)
    case "Dense": Dense(units, activation: activation, useBias: useBias)
    case "Activation": ActivationLayer(activation)
    case "ReLU":
      ReLU(
        maxValue: options["max_value", \.number], negativeSlope: options["negative_slope", \.number] ?? 0,
        threshold: options["threshold", \.number] ?? 0)
    case "LeakyReLU": LeakyReLU(negativeSlope: options["negative_slope", \.number] ?? 0.3)
    case "Softmax": Softmax()
    case "Flatten": Flatten()
    case "Reshape": Reshape(options["target_shape", \.list] ?? [])
    case "ZeroPadding2D":
      try {
        let pairs = try #require(options["padding", \.pairs])
        return ZeroPadding2D(top: pairs[0][0], bottom: pairs[0][1], left: pairs[1][0], right: pairs[1][1])
      }()
    case "BatchNormalization":
      BatchNormalization(
        momentum: options["momentum", \.number] ?? 0.99, epsilon: options["epsilon", \.number] ?? 1e-3,
        center: options["center", \.flag] ?? true, scale: options["scale", \.flag] ?? true)
    default: try #require(nil as (any Layer)?, "\(layer) is not known here")
    }
  }
}

/// All that Keras computed.
struct KerasLayers: Decodable {
  let samples: Int
  let cases: [KerasLayer]

  /// The file beside the script that wrote it.
  static func load() throws -> KerasLayers {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "Goldens/layers.json"))
    return try JSONDecoder().decode(KerasLayers.self, from: data)
  }

  /// The script's `numbers`: multiples of 1/512 in -2 … 2, from cubes modulo a prime.
  static func numbers(_ count: Int, seed: Int) -> [Float] {
    let prime = 2_039
    return (0..<count).map { i in
      let root = (i + 97 * seed) % prime
      return Float(root * root % prime * root % prime - prime / 2) / 512
    }
  }
}
