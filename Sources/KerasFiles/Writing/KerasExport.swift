import Files
import Kernels
import Layers
import Models
import Tensors

/// A model with its values in the files that Keras loads: `.keras`, and the `.h5` of a whole model or of weights alone.
public struct KerasExport {
  /// How the model is trained, and how far it is.
  public struct Compilation {
    /// A variable of an optimizer.
    public enum Variable {
      /// How many steps were taken.
      case steps(Int)
      /// A number of its own: the learning rate.
      case number(Float)
      /// A tensor that goes with a parameter; its floats must outlive the value.
      case state(FloatBuffer, Shape)
    }

    /// Keras's `compile_config`.
    let configuration: JSONValue
    /// The optimizer's name.
    let optimizer: String
    /// The variables of the optimizer, in Keras's order, by names for people.
    let variables: [(name: String, value: Variable)]

    /// Describes a compiled model.
    public init(
      configuration: JSONValue, optimizer: String, variables: [(name: String, value: Variable)]
    ) {
      (self.configuration, self.optimizer, self.variables) = (configuration, optimizer, variables)
    }
  }

  private let model: Model
  private let values: FloatBuffer
  private let compilation: Compilation?
  private let document: JSONValue
  /// Where Keras 3 files the variables of each layer, by the layer's name.
  private let stores: [String: String]

  /// The version of Keras whose files these are like.
  private static let version = "3.15.1"

  /// Puts a model, its values and how it is trained together.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - values: the arena's, which must outlive this value.
  ///   - compilation: its loss, metrics and optimizer; nil for none.
  /// - Throws: `ModelFormatError` naming the layer that Keras does not have.
  public init(_ model: Model, values: FloatBuffer, compilation: Compilation? = nil) throws(ModelFormatError) {
    for stage in model.stages {
      guard (stage.written.layer as? any ActivatedLayer)?.activation != .geluTanh else {
        throw ModelFormatError("layer \(stage.name)", "ends in gelu_tanh, which Keras has no name for")
      }
    }
    (self.model, self.values, self.compilation) = (model, values, compilation)
    document = Initializer.withoutOurs(try model.kerasDocument(inKerasOrder: true))
    stores = Dictionary(
      try Architecture(keras: document).origins.map { ($0.name, $0.store.joined(separator: "/")) },
      uniquingKeysWith: { first, _ in first })
  }

  // MARK: - Files

  /// Writes a `.keras` archive at `path`, in one step: `keras.models.load_model` gives the model, compiled where it is said how,
  /// and its `fit` goes on where we stopped.
  ///
  /// - Throws: `FileError`, `ModelFormatError`; what was at `path` stays then.
  public func writeArchive(to path: String) throws {
    var fields: [String: JSONValue] = if case .object(let fields) = document { fields } else { [:] }
    fields["compile_config"] = compilation?.configuration ?? [:]
    if case .string("Sequential") = fields["class_name"] {
      fields["build_config"] = ["input_shape": Model.batched(model.input)]
    }
    let configuration = Array(try Self.text(fields).utf8)
    let metadata = Array(try JSONValue.object(["keras_version": .string(Self.version)]).document().utf8)
    let weights = try HDF5Image(stored(withOptimizer: true), for: path)
    try withExtendedLifetime(weights) {
      try metadata.withUnsafeBytes { metadata in
        try configuration.withUnsafeBytes { configuration in
          try ArchiveWriter.write(
            path,
            [
              .init("metadata.json", metadata), .init("config.json", configuration),
              .init("model.weights.h5", weights.bytes),
            ])
        }
      }
    }
  }

  /// A document in which a number has a point where Keras takes no whole number for a float.
  private static func text(_ fields: [String: JSONValue]) throws(ModelFormatError) -> String {
    let text = try JSONValue.object(fields).document()
    return text.replacing(/"(learning_rate|momentum|weight_decay)" : (-?[0-9]+)(?=[,\n])/) { match in
      "\"\(match.1)\" : \(match.2).0"
    }
  }

  /// Writes the `.h5` of a whole model at `path`, in one step, which `keras.models.load_model` of Keras 2 and 3 takes.
  ///
  /// - Throws: as `writeArchive`.
  public func writeWhole(to path: String) throws {
    var tree = HDF5Tree()
    tree.describe("", "backend", .text("tensorflow"))
    tree.describe("", "keras_version", .text(Self.version))
    guard case .object(let fields) = document else { return }
    let architecture: [String: JSONValue] = [
      "class_name": fields["class_name"] ?? nil, "config": fields["config"] ?? nil,
    ]
    tree.describe("", "model_config", .text(try Self.text(architecture)))
    layered(into: &tree, at: "model_weights")
    if let compilation, case .object(var training) = compilation.configuration {
      training["optimizer_config"] = training.removeValue(forKey: "optimizer")
      tree.describe("", "training_config", .text(try Self.text(training)))
      let names = compilation.variables.map { "\(compilation.optimizer)/\($0.name)" }
      tree.describe("optimizer_weights", "weight_names", .texts(names))
      for (name, variable) in zip(names, compilation.variables) {
        tree.put(Self.item(variable.value), at: "optimizer_weights/\(name)")
      }
    }
    try write(tree, to: path)
  }

  /// Writes the values alone at `path`, in one step, as `model.load_weights` takes them from a `.weights.h5`.
  ///
  /// - Throws: as `writeArchive`.
  public func writeWeights(to path: String) throws { try write(stored(withOptimizer: false), to: path) }

  private func write(_ tree: HDF5Tree, to path: String) throws {
    let image = try HDF5Image(tree, for: path)
    try withExtendedLifetime(image) { try AtomicFile.write(path) { part in try part(image.bytes) } }
  }

  // MARK: - Weights

  /// Weights by the class and place of their layer, as Keras 3 files them.
  private func stored(withOptimizer: Bool) -> HDF5Tree {
    var tree = HDF5Tree()
    tree.describe("vars", "name", .text(model.name))
    for stage in model.stages where stage.first == nil {
      guard let store = stores[stage.name] else { continue }
      tree.describe("\(store)/vars", "name", .text(stage.name))
      for (index, item) in items(stage).enumerated() { tree.put(item.value, at: "\(store)/vars/\(index)") }
    }
    if withOptimizer, let compilation {
      tree.describe("optimizer/vars", "name", .text(compilation.optimizer))
      for (index, variable) in compilation.variables.enumerated() {
        tree.put(Self.item(variable.value), at: "optimizer/vars/\(index)")
      }
    }
    return tree
  }

  /// Weights by the name of their layer, as Keras 2 files them: what learns before what does not, layer by layer.
  private func layered(into tree: inout HDF5Tree, at group: String) {
    var names: [String] = []
    for case .layer(let first) in model.kerasOrder {
      let stage = model.stages[first]
      names.append(stage.name)
      let items = items(stage)
      tree.describe("\(group)/\(stage.name)", "weight_names", .texts(items.map(\.name)))
      for item in items { tree.put(item.value, at: "\(group)/\(stage.name)/\(item.name)") }
    }
    tree.describe(group, "layer_names", .texts(names))
    tree.describe(group, "backend", .text("tensorflow"))
    tree.describe(group, "keras_version", .text(Self.version))
  }

  private func items(_ stage: Model.Stage) -> [(name: String, value: HDF5Tree.Item)] {
    zip(stage.parameters, stage.ranges).map { parameter, range in
      ("\(stage.name)/\(parameter.name)", .floats(values.part(range), extents: parameter.shape.dimensions))
    }
  }

  private static func item(_ variable: Compilation.Variable) -> HDF5Tree.Item {
    switch variable {
    case .steps(let steps): .integer(Int64(steps))
    case .number(let number): .number(number)
    case .state(let floats, let shape): .floats(floats, extents: shape.dimensions)
    }
  }
}

extension Model {
  /// What learns, in the order in which Keras lists it, `trainable_variables`, and with it the states of optimizers.
  public var kerasTrainables: [ParameterLayout.Entry] {
    let entries = Dictionary(uniqueKeysWithValues: layout.entries.map { ($0.name, $0) })
    return kerasOrder.flatMap { operation -> [ParameterLayout.Entry] in
      guard case .layer(let first) = operation else { return [] }
      return stages[first].parameters.filter { $0.role == .weight }
        .compactMap { entries["\(stages[first].name)/\($0.name)"] }
    }
  }
}
