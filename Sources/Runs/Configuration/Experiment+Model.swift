import Datasets
import KerasFiles
import Layers
import Models
import Objectives
import Tensors

extension Experiment {
  /// Makes the experiment's network for the samples of `data`: the one that it holds, or the built-in one that it names.
  ///
  /// - Throws: `ShapeError` when the network is none for such samples, `ModelFormatError` when it cannot be read,
  ///   `UsageError` when there is none of that name.
  public func makeModel(for data: any Dataset) throws -> Model {
    let (input, classes) = (data.sampleShape, data.classNames.count)
    guard let network else {
      guard case .classes(_, let positions) = data.targets, positions.rank == 0 else {
        throw ShapeError(
          "\(model) tells classes apart, one a sample, but the targets of \(data.name) are others: bring a network for them "
            + "with --model FILE")
      }
      let builtIn = try BuiltInModels.model(named: model, input: input, classes: classes)
      guard let builtIn else { throw UsageError("there is no model \(model)") }
      _ = try head(of: builtIn, for: data)
      return builtIn
    }
    let model = try Model(Architecture(keras: network), input: input)
    try model.check(takes: input, of: data.name)
    _ = try head(of: model, for: data)
    return model
  }

  /// What the experiment's own network takes and gives where samples have this shape, or lack its axis of channels; nil where
  /// it has none yet.
  ///
  /// - Throws: `ShapeError` when the network is none for such samples, `ModelFormatError` when it cannot be read.
  public func shapes(for sample: Shape) throws -> (input: Shape, output: Shape)? {
    try network(for: sample).map { ($0.input, $0.output) }
  }

  /// The same of what it gives, and whether that tells two classes apart.
  ///
  /// - Throws: as `shapes`.
  public func output(for sample: Shape) throws -> NetworkOutput? {
    try network(for: sample).map { NetworkOutput($0.output, isBinary: Head.isBinary($0, loss: loss)) }
  }

  private func network(for sample: Shape) throws -> Model? {
    guard let network else { return nil }
    let architecture = try Architecture(keras: network)
    var input = sample
    if let axes = architecture.inputs.first?.axes, axes.count == sample.rank + 1, (axes.last ?? nil) ?? 1 == 1 {
      input = Shape(sample.dimensions + [1])
    }
    return try Model(architecture, input: architecture.input ?? input)
  }

  /// How the numbers of samples are scaled: as it was said or, if nothing was, not at all for a network that scales bytes itself;
  /// nil for what goes with the data.
  public var effectiveScale: ArrayScale? {
    scale ?? (network.map(InputScale.takesBytes) ?? false ? ArrayScale.none : nil)
  }

  /// Pairs a network with the experiment's loss, for the targets of `data`.
  ///
  /// - Throws: `ShapeError` with what does not fit.
  public func head(of model: Model, for data: any Dataset) throws(ShapeError) -> Head {
    let head = try head(of: model, targets: data.targets, data: data.name)
    let kind = head.objective.loss.kind
    // Between two words there is a way from one to the other; more have no order.
    if case .classes(let classes, let positions) = data.targets, classes > 2, model.output.count == positions.count,
      !kind.isCategorical, kind != .binaryCrossentropy, let word = data.classNames.first(where: { Double($0) == nil })
    {
      throw ShapeError(
        "\(model.name) does not fit: its output is a number, the classes of \(data.name) are words, such as `\(word)`: give it "
          + "\(classes) outputs")
    }
    return head
  }

  /// Pairs a network with the experiment's loss, for such targets of what is called `data`.
  ///
  /// - Throws: `ShapeError` with what does not fit.
  func head(of model: Model, targets: TargetKind, data: String) throws(ShapeError) -> Head {
    var head = try Head(
      of: model, loss: loss, targets: targets, metrics: metrics, classWeights: classWeights, data: data)
    guard labelSmoothing > 0 else { return head }
    let kind = head.objective.loss.kind
    guard kind.isCategorical || kind == .binaryCrossentropy else {
      throw ShapeError("\(model.name) cannot be trained: label smoothing has no meaning for the loss \(kind.rawValue)")
    }
    head = head.smoothed(by: labelSmoothing)
    return head
  }

  /// Takes the network of a file. Where a `Normalization` in it was adapted to bytes, samples are not scaled, unless it is said
  /// how. What the file leaves open, its input's shape, is that of the network before, where
  /// there was one: so an experiment to go on with stays the same.
  ///
  /// - Throws: `FileError` when the network cannot be made.
  public mutating func use(_ file: ModelFile) throws {
    let before = try network.map { try Model(Architecture(keras: $0)) }
    let document = try file.document(input: before?.input)
    // Another version may have written the same network in other words.
    if try before?.kerasDocument() != document { network = document }
    model = file.architecture.name
    // What was adapted to bytes has its statistics among its weights, of which a description says nothing.
    if try scale == nil && InputScale.takesBytes(file) { scale = ArrayScale.none }
  }

  /// Takes the built-in network called `name`, for the samples of the network before, where there was one.
  ///
  /// - Throws: `ShapeError` when the built-in network cannot take them.
  public mutating func use(builtIn name: String) throws {
    model = name
    guard let before = try network.map({ try Model(Architecture(keras: $0)) }) else { return }
    network = try BuiltInModels.model(named: name, input: before.input, classes: before.classes)?.kerasDocument()
  }
}
