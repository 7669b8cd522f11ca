import Layers
import Models
import Tensors

/// Lays a model open: the layers of nested models stand among those of the outermost one, and a layer that is called several
/// times has a place for each call.
struct GraphLayout {
  /// One layer at its place.
  struct Place {
    let definition: LayerDefinition
    let origin: LayerOrigin
    let operation: Operation
    let inputs: [Int]
    let isTrainable: Bool
    let first: Int?
    /// Which of its layer's calls it is: counted in the file, behind those of the models around it.
    let calls: [Int]
  }

  /// What holds for all layers of a nested model, at one of its calls.
  struct Context {
    var isTrainable: Bool
    /// What the call says of `training`.
    var training: Bool?
    /// The names of the models around, outermost first.
    var models: [String] = []
    /// Where Keras 3 files the model's layers.
    var store: [String] = []
    /// Which of their calls of the models around this is.
    var calls: [Int] = []
  }

  let inputCount: Int
  let isOfKeras2: Bool
  private(set) var places: [Place] = []
  /// The shape of each tensor, where it is known, with a stand-in for extents that are left to the data: how many axes there are
  /// does not hang on them. A misfit is found when the model is built.
  private var shapes: [Shape?]
  var names: Set<String> = []
  /// How many layers had each name before they were given another.
  var namesakes: [String: Int] = [:]
  /// How many calls of layers and models have been laid, those that leave no place among them.
  private var callCount = 0

  /// Lays `model` open.
  ///
  /// - Parameter isOfKeras2: whether Keras 2 described it, where names of functions stand for others.
  static func open(_ model: ModelDefinition, isOfKeras2: Bool) throws(ModelFormatError) -> Architecture {
    var inputs: [Architecture.Input] = []
    for (_, layer) in model.inputs {
      guard case .input(let axes) = model.layers[layer].kind else { continue }
      inputs.append(Architecture.Input(name: inputName(of: model, model.layers[layer]), axes: axes))
    }
    var layout = GraphLayout(inputs, isOfKeras2: isOfKeras2)
    let outputs = try layout.lay(model, on: Array(inputs.indices), in: Context(isTrainable: model.isTrainable))
    return layout.architecture(named: model.name.withoutSlashes, inputs: inputs, outputs: outputs)
  }

  private init(_ inputs: [Architecture.Input], isOfKeras2: Bool) {
    inputCount = inputs.count
    self.isOfKeras2 = isOfKeras2
    shapes = inputs.map(\.likelyShape)
    names = Set(inputs.map(\.name))
  }

  // MARK: - Calls

  /// Gives every layer of `model` a place for each of its calls, and returns the tensors that the model gives.
  private mutating func lay(
    _ model: ModelDefinition, on tensors: [Int], in context: Context
  ) throws(ModelFormatError) -> [Int] {
    if !model.isNamed { try name(model, in: context) }
    // Calls are numbered through all layers.
    var starts: [Int] = []
    var callers: [(layer: Int, call: Int)] = []
    for (layer, definition) in model.layers.enumerated() {
      starts.append(callers.count)
      if case .input = definition.kind {
        callers.append((layer, 0))
      } else {
        callers += model.calls[layer].indices.map { (layer, $0) }
      }
    }
    let ends = starts.dropFirst() + [callers.count]
    func number(_ reference: TensorReference, _ path: String) throws(ModelFormatError) -> Int {
      let number = starts[reference.layer] + reference.call
      guard number < ends[ends.startIndex + reference.layer] else {
        throw ModelFormatError(
          path, "there is no call \(reference.call) of layer \(model.layers[reference.layer].name)")
      }
      return number
    }
    var dependencies: [Set<Int>] = []
    for (layer, call) in callers {
      guard model.calls[layer].indices.contains(call) else {
        dependencies.append([])
        continue
      }
      let call = model.calls[layer][call]
      dependencies.append(
        Set(try call.tensors.map { reference throws(ModelFormatError) in try number(reference, call.path) }))
    }

    var results = [[Int]?](repeating: nil, count: callers.count)
    for (tensor, input) in zip(tensors, model.inputs) { results[starts[input.layer]] = [tensor] }
    func tensor(_ reference: TensorReference, _ path: String) throws(ModelFormatError) -> Int {
      guard let given = results[try number(reference, path)] else {
        throw ModelFormatError(
          path, "layer \(model.layers[reference.layer].name) is fed by what it feeds, or by no input")
      }
      guard given.indices.contains(reference.tensor) else {
        throw ModelFormatError(
          path,
          "layer \(model.layers[reference.layer].name) gives \(given.count) tensors, number \(reference.tensor) is wanted"
        )
      }
      return given[reference.tensor]
    }
    let order = topologicalOrder(of: dependencies) { ready, _ in ready.min() ?? 0 }
    let stores = Self.stores(of: model)
    for step in order where results[step] == nil {
      let (layer, index) = callers[step]
      guard model.calls[layer].indices.contains(index) else { continue }
      let call = model.calls[layer][index]
      var given: [TensorReference: Int] = [:]
      for reference in call.tensors { given[reference] = try tensor(reference, call.path) }
      var place = context
      place.store += ["layers", stores[layer]]
      place.calls.append(index)
      results[step] = try lay(model.layers[layer], call, given, in: place)
    }
    return try model.outputs.map { reference throws(ModelFormatError) in
      try tensor(reference, model.name)
    }
  }

  /// Gives one call of a layer its place, or places, and returns the tensors that it gives.
  private mutating func lay(
    _ definition: LayerDefinition, _ call: LayerCall, _ given: [TensorReference: Int], in context: Context
  ) throws(ModelFormatError) -> [Int] {
    // Models within models multiply their calls, and need not have a layer with a place in the end.
    callCount += 1
    guard callCount <= 2 * ModelDefinition.Reading.mostLayers else { throw Self.surplus(definition) }
    var call = call
    if case .operation = definition.kind {
      let rank = call.tensors.first.flatMap { given[$0] }.flatMap { shapes[$0]?.rank }
      let operation = try TensorOperation(definition, call, inputRank: rank)
      return [
        try place(definition, operation.className, operation.config, operation.inputs.map { given[$0] ?? 0 }, context)
      ]
    }
    if case .layer = definition.kind, !KerasLayers.have(definition.className) {
      throw Self.lack(of: definition.className, definition)
    }
    var inner = context
    if let training = try call.takeTraining() { inner.training = training }
    // A layer may be called with its tensor by name.
    if call.arguments.isEmpty, let tensor = call.keywords.removeValue(forKey: "inputs") { call.arguments = [tensor] }
    guard call.keywords.isEmpty, call.arguments.count == 1 else {
      throw ModelFormatError(
        call.path,
        "\(definition.name) is called with \(call.surplus), which is not supported: expected its tensors alone")
    }
    if case .model(let model) = definition.kind {
      inner.isTrainable = context.isTrainable && model.isTrainable
      inner.models.append(model.name)
      return try lay(model, on: try Self.inputs(of: model, call, given), in: inner)
    }
    let tensors = call.arguments[0].tensors.map { given[$0] ?? 0 }
    return [try place(definition, definition.className, definition.config, tensors, inner)]
  }

  /// The tensors for a nested model's inputs, in their order: given as one, as a list, or by name.
  private static func inputs(
    of model: ModelDefinition, _ call: LayerCall, _ given: [TensorReference: Int]
  ) throws(ModelFormatError) -> [Int] {
    var references = call.arguments[0].tensors
    if case .fields(let fields) = call.arguments[0] {
      references = model.inputs.flatMap { fields[$0.key ?? model.layers[$0.layer].name]?.tensors ?? [] }
    }
    guard references.count == model.inputs.count else {
      throw ModelFormatError(
        call.path, "\(model.name) is called with \(references.count) tensors, expected \(model.inputs.count)")
    }
    return references.map { given[$0] ?? 0 }
  }

  // MARK: - Places

  private mutating func place(
    _ definition: LayerDefinition, _ className: String, _ config: JSONValue?, _ inputs: [Int], _ context: Context
  ) throws(ModelFormatError) -> Int {
    guard places.count < ModelDefinition.Reading.mostLayers else { throw Self.surplus(definition) }
    let known = inputs.map { shapes[$0] }
    let (operation, isTrainable) =
      if let first = definition.firstPlace {
        (places[first].operation, places[first].isTrainable)
      } else {
        try read(definition, className, config, inputs, context)
      }
    if case .layer(let layer) = operation, let training = context.training {
      // What a whole network is called with counts over `True`, which Keras notes by itself of layers that draw.
      if layer.isIdentityInInference && !training { return inputs[0] }
      guard !(layer is BatchNormalization) || (!training && !isTrainable) else {
        throw ModelFormatError(
          definition.path,
          "\(definition.name) is called with training=\(training ? "True" : "False"), which is not supported for a layer that "
            + "learns: set its trainable to False")
      }
    }
    let name = definition.filedName ?? definition.name
    places.append(
      Place(
        definition: definition,
        origin: LayerOrigin(name: name, models: context.models, ownName: definition.name, store: context.store),
        operation: operation, inputs: inputs, isTrainable: isTrainable, first: definition.firstPlace,
        calls: context.calls))
    if definition.firstPlace == nil { definition.firstPlace = places.count - 1 }
    shapes.append(operation.shape(for: known))
    var tensor = shapes.count - 1
    for follower in definition.followers {
      tensor = try place(follower, follower.className, follower.config, [tensor], context)
    }
    return tensor
  }

  /// Reads a layer's own options, when its inputs are known.
  private mutating func read(
    _ definition: LayerDefinition, _ className: String, _ config: JSONValue?, _ inputs: [Int], _ context: Context
  ) throws(ModelFormatError) -> (Operation, isTrainable: Bool) {
    var config = config
    var followers = takeActivation(of: className, from: &config)
    var reader = try ConfigurationReader(
      config, path: "\(definition.path).config", inputRank: inputs.first.flatMap { shapes[$0]?.rank })
    reader.ignore("name", "batch_input_shape", "batch_shape")  // Keras 2 repeats the input's shape
    let isTrainable = try reader.trainable()
    try reader.requireFloats()
    if let penalty = try reader.regularizer("activity_regularizer") { followers.append(Follower(penalty)) }
    definition.followers = followers.map { layer($0, behind: definition) }
    let operation: Operation
    if let type = KerasLayers.named(className) {
      guard inputs.count == 1 else {
        throw ModelFormatError(
          definition.path, "\(definition.name) is called with \(inputs.count) tensors, expected one")
      }
      operation = .layer(try type.init(reading: &reader))
    } else if let type = KerasLayers.merging(named: className) {
      operation = .merging(try type.init(reading: &reader))
    } else {
      throw Self.lack(of: className, definition)
    }
    try reader.finish()
    return (operation, isTrainable && context.isTrainable)
  }
}
