import Kernels
import Layers
import Objectives
import Tensors

/// A model's end together with the loss that trains it.
///
/// A softmax or a sigmoid that is the network's last word is left to the loss, which takes logits, any numbers at all, and
/// computes the function itself in one stable form with the logarithm, whatever stands behind it that changes no number.
/// What ends in sums of products, or in what a pooling or a normalisation made, is logits already. Another function at the end
/// was meant for another loss, and would be trained as what it is not.
public struct Head: Sendable {
  /// The model as it is run.
  public let model: Model
  /// What it is trained for.
  public let objective: Objective
  /// What makes probabilities of what the model gives as it was written: a softmax or a sigmoid where that is logits, else linear.
  public let ending: Activation

  /// Pairs `model` with a loss.
  ///
  /// - Parameters:
  ///   - loss: nil for the one that goes with the model's end and the targets: for classes the cross-entropy, binary behind a
  ///     sigmoid; for values the same behind softmax and sigmoid, else the mean squared error.
  ///   - metrics: what is measured besides; those that such targets do not have are left out.
  ///   - data: what the targets belong to, in messages.
  /// - Throws: `ShapeError` with what does not fit: the loss and the end, or the outputs and the targets.
  public init(
    of model: Model, loss: Loss? = nil, targets: TargetKind, metrics: [Metric] = [.accuracy],
    classWeights: [Float]? = nil, data: String = "the data"
  ) throws(ShapeError) {
    guard model.outputs.count == 1 else {
      throw ShapeError("\(model.name) has \(model.outputs.count) outputs, \(data) has one target for a sample")
    }
    let end = ModelEnd(of: model)
    let chosen = loss ?? Loss(end.standardLoss(targets))
    let form: Objective.Form
    let width = model.output.rank == 0 ? 1 : model.output[model.output.rank - 1]
    guard !metrics.contains(.meanIoU) || width <= Self.mostPairs else {
      throw ShapeError(
        "\(Metric.meanIoU.name) counts every pair of classes, of which \(model.name) has \(width): at most \(Self.mostPairs) go"
      )
    }
    do {
      form = try end.form(for: chosen, isStated: loss != nil)
      try Self.check(model.output, chosen, targets, data)
    } catch {
      throw ShapeError("\(model.name) does not fit: \(error)")
    }
    let own: Activation =
      switch form {
      case .softmaxLogits: .softmax
      case .sigmoidLogits: .sigmoid
      case .values: .linear
      }
    // Another function in front of a loss of logits is the network's own.
    if case .function(let stage, own.rawValue) = end.last, let plain = Self.plain(model.stages[stage].written) {
      self.model = Model(model, running: plain, at: stage).fused
      ending = .linear
    } else {
      self.model = model.fused
      ending = own
    }
    objective = Objective(
      chosen, form: form, output: model.output, targets: targets, metrics: metrics, classWeights: classWeights)
  }

  /// A model that is only asked: its outputs are numbers, and there is no loss that they must suit.
  public init(asking model: Model) {
    let numbers = TargetKind.values(model.output)
    self.init(
      model.fused, Objective(.meanSquaredError, form: .values, output: model.output, targets: numbers, metrics: []),
      .linear)
  }

  /// Targets that a model can be trained for by the loss that goes with its end: classes where it has an output for each of
  /// several, else values.
  public static func targets(suiting model: Model) -> TargetKind {
    let classes = TargetKind.classes(
      model.output[model.output.rank - 1], positions: Shape(Array(model.output.dimensions.dropLast())))
    guard model.output[model.output.rank - 1] > 1 else { return .values(model.output) }
    if case .function(_, let name) = ModelEnd(of: model).last, name == Activation.sigmoid.rawValue {
      return .values(model.output)
    }
    return classes
  }

  /// Whether a model with such a loss, nil for the one that goes with its end, says by a single output how sure it is of the
  /// second of two classes.
  public static func isBinary(_ model: Model, loss: Loss? = nil) -> Bool {
    guard model.output.count == 1 else { return false }
    let two = TargetKind.classes(2, positions: [])
    return (loss?.kind ?? ModelEnd(of: model).standardLoss(two)) == .binaryCrossentropy
  }

  private init(_ model: Model, _ objective: Objective, _ ending: Activation) {
    (self.model, self.objective, self.ending) = (model, objective, ending)
  }

  /// The same where so much of each target goes to all classes alike.
  public func smoothed(by smoothing: Float) -> Head { Head(model, objective.smoothed(by: smoothing), ending) }

  /// How many classes there may be where every pair of them is counted.
  private static let mostPairs = 2048

  /// The layer without its function.
  private static func plain(_ operation: Operation) -> Operation? {
    guard var layer = operation.layer as? any ActivatedLayer else { return nil }
    layer.activation = .linear
    return .layer(layer)
  }

  /// Makes sure that there is an output for each target.
  private static func check(
    _ output: Shape, _ loss: Loss, _ targets: TargetKind, _ data: String
  ) throws(ShapeError) {
    let width = output.rank == 0 ? 1 : output[output.rank - 1]
    switch targets {
    case .classes(let classes, let positions):
      let rows = output.count / width
      if loss.kind.isCategorical {
        guard width > 1 else {
          throw ShapeError(
            "it has a single output\(rows > 1 ? " for a position" : ""), the \(loss.kind.rawValue) takes one for each class: "
              + "make it \(classes), or take --loss \(LossKind.binaryCrossentropy.rawValue)")
        }
        guard rows == positions.count else {
          throw ShapeError(
            "it ends in \(output), \(data) has \(positions.count == 1 ? "one class for a sample" : "classes at \(positions)")"
          )
        }
      }
      if width > 1 && rows == positions.count {
        guard width == classes else { throw ShapeError("it tells \(width) classes apart, \(data) has \(classes)") }
      } else {
        guard output.count == positions.count else {
          throw ShapeError(
            "it ends in \(output), \(data) has \(positions.count == 1 ? "one class for a sample" : "classes at \(positions)")"
          )
        }
        guard loss.kind != .binaryCrossentropy || classes == 2 else {
          throw ShapeError("its outputs tell 2 classes apart, \(data) has \(classes)")
        }
      }
    case .values(let shape):
      guard output.count == shape.count else {
        throw ShapeError("it ends in \(output), \(data) has targets of \(shape)")
      }
      guard !loss.kind.isCategorical || width > 1 else {
        throw ShapeError("it has a single output, the \(loss.kind.rawValue) takes one for each class")
      }
    }
  }
}
