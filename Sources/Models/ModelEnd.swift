import Kernels
import Layers
import Objectives
import Tensors

/// How a model ends, as its loss sees it.
struct ModelEnd {
  /// What comes last, but for what changes no number.
  enum Last {
    /// A function by Keras's name, in a stage.
    case function(stage: Int, String)
    /// A function in a stage, whose numbers a later stage changes.
    case changed(stage: Int, String, by: Int)
    /// Numbers of any kind: sums of products, or what a pooling or a normalisation made.
    case logits
  }

  private let model: Model
  let last: Last
  /// Whether what the function gives costs something by its size, so that it must be computed.
  private let isPenalized: Bool

  /// Looks at the stages from the first output back.
  init(of model: Model) {
    self.model = model
    (last, isPenalized) = Self.last(of: model)
  }

  private static func last(of model: Model) -> (Last, isPenalized: Bool) {
    var isPenalized = false
    var follower: Int?  // the first stage behind that changes numbers
    var isRecomputed = false
    var tensor = model.outputs[0]
    while let index = model.stage(giving: tensor) {
      let stage = model.stages[index]
      guard let layer = stage.written.layer else {
        // Several tensors in one: what they are in common is not looked for.
        return (.logits, isPenalized)
      }
      tensor = stage.inputs[0]
      if layer is any ActivityPenalty {
        isPenalized = true
        continue
      }
      if passesOn(layer) { continue }
      if let function = function(of: layer) {
        if let follower {
          // Poolings and normalisations make new numbers of any but probabilities, whose mean is one still.
          let areProbabilities = function == Activation.softmax.rawValue || function == Activation.sigmoid.rawValue
          if isRecomputed && !areProbabilities { return (.logits, isPenalized) }
          return (.changed(stage: index, function, by: follower), isPenalized)
        }
        return (.function(stage: index, function), isPenalized)
      }
      if layer is any ActivatedLayer { break }
      // Dropout and borders leave the kind of numbers what it is.
      isRecomputed = isRecomputed || !(layer.isIdentityInInference || layer is any BorderLayer)
      follower = index
    }
    return (.logits, isPenalized)
  }

  /// The loss that goes with such an end.
  func standardLoss(_ targets: TargetKind) -> LossKind {
    let function: String? = if case .function(_, let name) = last { name } else { nil }
    if case .values = targets {
      switch function {
      case Activation.softmax.rawValue: return .categoricalCrossentropy
      case Activation.sigmoid.rawValue: return .binaryCrossentropy
      default: return .meanSquaredError
      }
    }
    let width = model.output.rank == 0 ? 1 : model.output[model.output.rank - 1]
    return function == Activation.sigmoid.rawValue && width == 1 ? .binaryCrossentropy : .sparseCategoricalCrossentropy
  }

  /// What the outputs are for such a loss.
  ///
  /// - Parameter isStated: whether the user has named the loss.
  /// - Throws: `ShapeError` with the layer that is not what the loss takes.
  func form(for loss: Loss, isStated: Bool) throws(ShapeError) -> Objective.Form {
    let own: Activation
    switch loss.kind {
    case .categoricalCrossentropy, .sparseCategoricalCrossentropy: own = .softmax
    case .binaryCrossentropy: own = .sigmoid
    default: return .values
    }
    let logits: Objective.Form = own == .softmax ? .softmaxLogits : .sigmoidLogits
    let taken = "the \(own == .softmax ? "categorical" : "binary") cross-entropy takes"
    switch last {
    case .logits:
      guard loss.fromLogits == false else { return logits }
      try refuseAnyNumbers(loss)
      return .values
    case .function(let index, let name):
      let stage = model.stages[index]
      if let fromLogits = loss.fromLogits, name != own.rawValue {
        guard !fromLogits else { return logits }
        if !Self.shares.contains(name) { try refuseAnyNumbers(loss) }
        return .values
      }
      guard name == own.rawValue else {
        // Other probabilities, which the user has paired with this loss.
        if isStated && name == Activation.softmax.rawValue { return .values }
        throw ShapeError(
          "layer \(stage.name) ends in \(name), \(taken) a \(own.rawValue) at the end, or logits: make it \(own.rawValue) or linear"
        )
      }
      // Logits of what is a softmax already: what it says is what it gets.
      if loss.fromLogits == true { return logits == .softmaxLogits ? .values : logits }
      let axis = stage.output[stage.output.rank - 1]
      guard own != .softmax || axis == model.output[model.output.rank - 1] else {
        throw ShapeError(
          "the softmax of layer \(stage.name) is over \(axis) of \(stage.output.count) outputs, \(taken) one over all classes: "
            + "put a Flatten before it")
      }
      return isPenalized || isReadElsewhere(index) ? .values : logits
    case .changed(let index, let name, let follower):
      if let fromLogits = loss.fromLogits { return fromLogits ? logits : .values }
      let (first, later) = (model.stages[index].name, model.stages[follower].name)
      throw ShapeError(
        name == own.rawValue
          ? "layer \(later) changes the \(name) of \(first), \(taken) one at the very end: move \(later) before the layer "
            + "\(first), or leave it out"
          : "layer \(first) ends in \(name), \(taken) a \(own.rawValue) at the end, or logits: make it \(own.rawValue) or linear"
      )
    }
  }

  /// The functions whose numbers are from 0 to 1.
  private static let shares = [
    Activation.softmax, .sigmoid, .hardSigmoid, .sparseSigmoid,
  ].map(\.rawValue)

  /// Keras makes something of its own of any numbers that are said to be probabilities and are cut off at 0 and 1: of a class's
  /// number the softmax of their logarithms.
  private func refuseAnyNumbers(_ loss: Loss) throws(ShapeError) {
    guard loss.kind == .sparseCategoricalCrossentropy else { return }
    throw ShapeError(
      "its end gives any numbers, and its \(loss.kind.rawValue) takes probabilities: put a softmax at the end, or compile it "
        + "with from_logits=True, or name the loss with --loss")
  }

  /// Whether what a stage gives has other readers than those on the way to the output, who need its function.
  private func isReadElsewhere(_ index: Int) -> Bool {
    var tensor = model.outputs[0]
    while let giver = model.stage(giving: tensor) {
      let readers = model.stages.count { $0.inputs.contains(tensor) }
      if readers > (tensor == model.outputs[0] ? 0 : 1) { return true }
      if giver == index { return false }
      tensor = model.stages[giver].inputs[0]
    }
    return false
  }

  /// Whether a layer changes no number, in training or after.
  private static func passesOn(_ layer: any Layer) -> Bool {
    layer.isReshaping || (layer as? any BareActivationLayer)?.activation == .linear || (layer as? Dropout)?.rate == 0
  }

  /// What a layer makes of its numbers in the end, by Keras's name; nil where that is nothing.
  private static func function(of layer: any Layer) -> String? {
    if layer is any FunctionLayer { return type(of: layer).stem }
    guard let activation = (layer as? any ActivatedLayer)?.activation, activation != .linear else { return nil }
    return activation.rawValue
  }
}
