import Datasets
import KerasFiles
import Layers
import Models
import Objectives
import Tensors

extension Experiment {
  /// Makes the experiment's network where there are no data at hand.
  ///
  /// - Throws: `UsageError` where the shape of its samples is not known, and what `makeModel(for:)` throws.
  package func makeModelWithoutData() throws -> Model {
    let (shape, names) = (WellKnownData.sampleShape(of: dataset), WellKnownData.classNames(of: dataset))
    guard let network else {
      guard let shape, let names, let model = try BuiltInModels.model(named: model, input: shape, classes: names.count)
      else { throw UsageError("the shape of the samples of \(model) is not known: name their data set with --dataset") }
      return model
    }
    let architecture = try Architecture(keras: network)
    guard let input = architecture.input ?? inputShape.map({ Shape($0) }) ?? shape else {
      throw UsageError(
        "\(model) leaves the shape of its samples open: say it with --input-shape, as 32x32x3, or name their data set with "
          + "--dataset")
    }
    return try Model(architecture, input: input)
  }

  /// Pairs the network with the experiment's loss where there are no data at hand: what its outputs stand for follows from the
  /// classes that the run knows or, without them, from the network's end. A network of no run need not suit a loss: where it
  /// suits none, its outputs are numbers.
  ///
  /// - Throws: `ShapeError` with what does not fit.
  package func headWithoutData(of model: Model) throws(ShapeError) -> Head {
    guard model.outputs.count == 1 else {
      throw ShapeError(
        "\(model.name) has \(model.outputs.count) outputs, of which an answer is one: make a network of it by "
          + "keras.Model(model.inputs, model.outputs[0])")
    }
    do {
      return try head(of: model, targets: targets(of: model), data: "the run")
    } catch {
      guard classNames == nil else { throw error }
      return Head(asking: model)
    }
  }

  private func targets(of model: Model) -> TargetKind {
    let output = model.output
    guard let classNames else {
      let areNumbers = loss.map { !$0.kind.isCategorical && $0.kind != .binaryCrossentropy } ?? false
      return areNumbers ? .values(model.output) : Head.targets(suiting: model)
    }
    let width = output.rank == 0 ? 1 : output[output.rank - 1]
    if classNames.count == width, width > 1 {
      return .classes(width, positions: Shape(Array(output.dimensions.dropLast())))
    }
    return output.count == 1 && classNames.count == 2 ? .classes(2, positions: []) : .values(output)
  }

  /// How files are read that a network of this experiment is to answer for.
  package var sampleKind: SampleReader.Kind {
    var kind = SampleReader.Kind()
    kind.dataset = dataset.isEmpty ? nil : dataset
    kind.series = SeriesOptions(
      target: target, group: group, dropped: drop ?? [], missing: missing ?? .refused,
      shape: inputShape.flatMap { $0.count == 2 ? $0 : nil })
    kind.window = window.map { $0[0]...$0[1] }
    (kind.seconds, kind.rate, kind.scale) = (seconds, rate, effectiveScale)
    kind.isOfPixels = bringsPixelsToOne
    return kind
  }

  /// What classes or labels are called: as in the run, or in its data set where that is well known, or by numbers. What numbers are
  /// called: as in the run; nothing where it has no names for them.
  package func names(of answers: Answers) -> [String] {
    let (count, known): (Int, [[String]?])
    switch answers {
    case .oneClass(let classes), .positions(_, let classes), .labels(let classes, _):
      (count, known) = (classes, [classNames, outputNames, WellKnownData.classNames(of: dataset)])
    case .numbers(let numbers): return outputNames.flatMap { $0.count == numbers ? $0 : nil } ?? []
    }
    for names in known {
      if let names, names.count == count { return names }
    }
    return (0..<count).map(String.init)
  }
}
