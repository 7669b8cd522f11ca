import Layers
import Models
import Tensors

/// A network as Keras's JSON of a `Sequential` describes it: layers and names, before any shape is worked out.
public struct Architecture: Sendable {
  /// The network's name.
  public let name: String
  /// The shape of one sample; nil where the description leaves it to the data.
  public let input: Shape?
  /// The layers, first to last, without Keras's `InputLayer`.
  public let layers: [NamedLayer]

  /// Reads what `Sequential.to_json()` of Keras 3 or Keras 2 wrote. How the model was compiled (`compile_config`), the
  /// seeds of initialisers and dropout, and versions are passed over: training takes them from elsewhere.
  ///
  /// - Throws: `ModelFormatError` with the path of the first layer or option that we lack.
  public init(keras document: JSONValue) throws(ModelFormatError) {
    var top = try ConfigurationReader(document, path: "")
    try top.requireClass("Sequential")
    top.ignore("build_config", "compile_config", "keras_version", "backend")
    var (name, layers, buildShape): (String, JSONValue?, JSONValue?) = ("sequential", nil, nil)
    switch top.value("config") {
    case .array(let list): layers = .array(list)  // Keras before 2.2.3
    case let value:
      var config = try ConfigurationReader(value, path: "config")
      name = try config.name(or: name)
      try config.requireTraining()
      (layers, buildShape) = (config.value("layers"), config.value("build_input_shape"))
      try config.finish()
    }
    try top.finish()
    guard case .array(let list) = layers, !list.isEmpty else {
      throw ModelFormatError("config.layers", "is not there, expected a list of layers")
    }
    var reader = LayerListReader()
    for (index, layer) in list.enumerated() { try reader.read(layer, path: "layers[\(index)]", isFirst: index == 0) }
    guard !reader.layers.isEmpty else { throw ModelFormatError("config.layers", "names no layer besides the input") }
    if reader.input == nil, let buildShape, buildShape != .null {
      reader.input = try sampleShape(buildShape, path: "config.build_input_shape")
    }
    (self.name, input, self.layers) = (name, reader.input, reader.layers)
  }
}

/// Reads layers one after the other.
private struct LayerListReader {
  var input: Shape?
  var layers: [NamedLayer] = []
  private var names: Set<String> = []
  /// The shape of what the next layer gets, where it is known; a misfit is found when the model is built.
  private var shape: Shape?

  mutating func read(_ value: JSONValue, path: String, isFirst: Bool) throws(ModelFormatError) {
    var fields = try ConfigurationReader(value, path: path)
    let className = try fields.string("class_name")
    try fields.requireModule("keras.layers")
    fields.ignore("build_config")
    let config = fields.value("config")
    try fields.finish()

    var reader = try ConfigurationReader(config, path: "\(path).config", inputRank: shape?.rank)
    if isFirst { try readInput(&reader) }
    if className == "InputLayer" {
      guard isFirst, input != nil else {
        throw ModelFormatError(path, "InputLayer is only supported as the first layer, with a batch_shape")
      }
      reader.ignore("name")
      try reader.require("sparse", false)
      try reader.require("ragged", false)
      try reader.require("optional", false)
      try reader.requireTraining()
      return try reader.finish()
    }
    guard let type = KerasLayers.named(className) else {
      throw ModelFormatError(
        "\(path).class_name",
        "\(className) is not supported, expected one of \(KerasLayers.all.map { $0.className }.joined(separator: ", "))"
      )
    }
    let name = try reader.name()
    guard names.insert(name).inserted else {
      throw ModelFormatError("\(path).config.name", "\(name) is the name of an earlier layer, expected one of its own")
    }
    reader.ignore("batch_input_shape", "batch_shape")  // Keras 2 repeats the first layer's
    try reader.requireTraining()
    let layer = try type.init(reading: &reader)
    try reader.finish()
    layers.append(NamedLayer(name: name, layer: layer))
    shape = shape.flatMap { try? layer.outputShape(for: $0) }
  }

  private mutating func readInput(_ reader: inout ConfigurationReader) throws(ModelFormatError) {
    for key in ["batch_shape", "batch_input_shape"] {
      guard let value = reader.value(key), value != .null else { continue }
      input = try sampleShape(value, path: reader.path(of: key))
      shape = input
    }
  }
}

/// The shape behind the batch axis of `[null, 32, 32, 3]`.
private func sampleShape(_ value: JSONValue, path: String) throws(ModelFormatError) -> Shape {
  let extents: [Int] =
    if case .array(let axes) = value {
      axes.dropFirst().compactMap { axis in
        if case .number(let number) = axis, let extent = Int(exactly: number), 1...1 << 16 ~= extent {
          extent
        } else {
          nil
        }
      }
    } else {
      []
    }
  guard case .array(let axes) = value, !extents.isEmpty, extents.count == axes.count - 1, extents.count <= 4 else {
    throw ModelFormatError(path, "\(value) is not supported, expected null and the sizes of all axes of one sample")
  }
  return Shape(extents)
}

extension ConfigurationReader {
  /// A name that weights can be filed under.
  fileprivate mutating func name(or standard: String? = nil) throws(ModelFormatError) -> String {
    let name = try string("name", or: standard)
    guard !name.isEmpty, !name.contains("/"), name != "optimizer" else {
      throw refusal("name", .string(name), expected: "a name without slashes that is not optimizer")
    }
    return name
  }

  /// Takes what tells one of Keras's own classes from a user's of the same name.
  fileprivate mutating func requireModule(_ module: String) throws(ModelFormatError) {
    if has("module") { try require("module", .string(module)) }
    try requireNull("registered_name")
  }

  fileprivate mutating func requireClass(_ className: String) throws(ModelFormatError) {
    guard has("class_name") else { throw refusal("class_name", nil, expected: className) }
    try require("class_name", .string(className))
    let module = value("module") ?? "keras"
    // Keras 3, and the names under which Keras 2 saw itself.
    guard ["keras", "keras.models", "keras.engine.sequential"].contains(module) else {
      throw refusal("module", module, expected: "keras")
    }
    try requireNull("registered_name")
  }

  /// Takes `trainable` and `dtype`: every layer learns, in 32-bit floats.
  fileprivate mutating func requireTraining() throws(ModelFormatError) {
    try require("trainable", true)
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
