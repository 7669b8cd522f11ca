import Layers
import Models
import Tensors

extension Model {
  /// Works out the shapes of a network that was read from a file.
  ///
  /// - Parameter input: the shape of one sample, for a description that leaves it open.
  /// - Throws: `ShapeError` naming the layer that cannot take what it is given.
  public init(_ architecture: Architecture, input: Shape? = nil) throws(ShapeError) {
    guard let shape = architecture.input ?? input else {
      throw ShapeError("\(architecture.name) does not say what it takes: put keras.Input(shape) before its first layer")
    }
    try self.init(name: architecture.name, input: shape, named: architecture.layers)
  }

  /// The network as Keras 3's `to_json()` describes it: `keras.models.model_from_json` makes it anew.
  ///
  /// - Throws: `ModelFormatError` for a layer that Keras does not have.
  public func kerasDocument() throws(ModelFormatError) -> JSONValue {
    var layers = [
      Self.entry("InputLayer", ["batch_shape": .array([.null] + input.dimensions.map { JSONValue($0) })], "input_layer")
    ]
    for (index, stage) in stages.enumerated() {
      guard let layer = stage.written.layer as? any KerasLayer else {
        throw ModelFormatError("layers[\(index + 1)]", "\(stage.written.className) is no layer of Keras's")
      }
      layers.append(Self.entry(type(of: layer).className, layer.configuration, stage.name))
    }
    return [
      "module": "keras", "class_name": "Sequential", "registered_name": nil,
      "config": ["name": .string(name), "trainable": true, "dtype": "float32", "layers": .array(layers)],
    ]
  }

  private static func entry(_ className: String, _ configuration: [String: JSONValue], _ name: String) -> JSONValue {
    let common: [String: JSONValue] = ["name": .string(name), "dtype": "float32"]
    return [
      "module": "keras.layers", "class_name": .string(className), "registered_name": nil,
      "config": .object(configuration.merging(common) { $1 }),
    ]
  }
}
