import Layers
import Models
import Tensors

/// A network as Keras's JSON describes it, layers and names, before any shape is worked out. Nested models are laid open.
public struct Architecture: Sendable {
  /// What the network is fed with.
  public struct Input: Sendable {
    /// Keras's name of it.
    public let name: String
    /// The extents of one sample, nil for those that the description leaves to the data; nil for all of them.
    public let axes: [Int?]?

    /// The shape of one sample; nil where the description leaves a part of it to the data.
    public var shape: Shape? {
      let extents = axes?.compactMap(\.self) ?? []
      return extents.isEmpty || extents.count != axes?.count ? nil : Shape(extents)
    }

    /// The same with a number for each extent that is left to the data, so many that windows and strides leave something of it;
    /// nil where all are, or where that is more than can be counted in.
    var likelyShape: Shape? {
      guard let axes, !axes.isEmpty else { return nil }
      let extents = axes.map { $0 ?? 1 << 10 }
      return extents.reduce(1.0) { $0 * Double($1) } <= 0x1p48 ? Shape(extents) : nil
    }

    /// A shape that it might be, as the command line takes it: `32x32x3`.
    var example: String { (axes ?? []).map { "\($0 ?? 32)" }.joined(separator: "x") }

    /// Whether a sample of that shape is one.
    func takes(_ shape: Shape) -> Bool {
      guard let axes else { return true }
      return axes.count == shape.rank && zip(axes, shape.dimensions).allSatisfy { $0 == nil || $0 == $1 }
    }
  }

  /// The network's name.
  public let name: String
  /// What it is fed with.
  public let inputs: [Input]
  /// The layers, each behind those that feed it, without Keras's `InputLayer`.
  public let layers: [PlacedLayer]
  /// The tensors that the network gives, counted as `Model` does.
  public let outputs: [Int]
  /// Where the layers stood in Keras's model.
  let origins: [LayerOrigin]

  /// The shape of one sample of the first input; nil where the description leaves it to the data.
  public var input: Shape? { inputs[0].shape }

  init(name: String, inputs: [Input], layers: [PlacedLayer], outputs: [Int], origins: [LayerOrigin]) {
    self.name = name
    self.inputs = inputs
    self.layers = layers
    self.outputs = outputs
    self.origins = origins
  }

  /// Reads what `to_json()` of a `Sequential` or a functional model of Keras 3 or Keras 2 wrote. How the model was compiled
  /// (`compile_config`; see `CompileInfo`), the seeds of initialisers and dropout, and versions are passed over.
  ///
  /// - Throws: `ModelFormatError` with the path of the first layer or option that we lack.
  public init(keras document: JSONValue) throws(ModelFormatError) {
    var top = try ConfigurationReader(document, path: "")
    let className = top.value("class_name")
    guard case .string(let className) = className, ModelDefinition.isModel(className) else {
      // A class of the user's own may be written as such a model is.
      let isOfLayers = if case .object(let config) = top.value("config") { config["layers"] != nil } else { false }
      throw top.refusal(
        "class_name", className,
        expected: "Sequential or Functional"
          + (isOfLayers ? ": keras.Model(model.inputs, model.outputs) makes one of a class of your own" : ""))
    }
    try top.requireModel(className, top.value("module"))
    top.ignore("build_config", "compile_config", "keras_version", "backend", "shared_object_id")
    let config = top.value("config")
    try top.finish()
    var reading = ModelDefinition.Reading()
    let model = try ModelDefinition(className, config, path: "", &reading)
    self = try GraphLayout.open(model, isOfKeras2: document.isOfKeras2)
  }
}

/// Where a layer stood in Keras's model.
struct LayerOrigin: Sendable {
  /// The layer's name here.
  let name: String
  /// The names of the models around it, outermost first.
  let models: [String]
  /// The layer's name there.
  let ownName: String
  /// Where Keras 3 files its variables: `layers`, `functional`, `layers`, `conv2d_1`.
  let store: [String]

  /// The name of the layer of the outermost model that it is, or is in.
  var outermost: String { models.first ?? ownName }
}
