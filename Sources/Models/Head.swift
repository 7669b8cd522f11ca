import Kernels
import Layers

/// How a network ends, as the categorical cross-entropy sees it.
///
/// The loss takes logits, any numbers at all, and their softmax itself, in one stable form with the logarithm. So a softmax
/// that is the network's last word is left to the loss, and what ends in sums of products, or in what a pooling or a
/// normalisation made, is logits already. Everything else was meant for another loss, and would be trained as what it
/// is not.
enum Head {
  /// The stage whose softmax over the classes belongs to the loss.
  case softmax(stage: Int)
  /// There is none; the output is taken as logits.
  case logits
  /// What is wrong with it, as a sentence.
  case unfit(String)

  /// Looks at the layers from the last to the first.
  init(of stages: [Model.Stage]) {
    var follower: Model.Stage?  // the first layer behind that changes numbers
    var isRecomputed = false
    for (index, stage) in stages.enumerated().reversed() {
      guard let layer = stage.written.layer else { break }
      if Self.passesOn(layer) { continue }
      if let function = Self.function(of: layer) {
        self = Self.head(function, of: stage, index, follower: follower, isRecomputed: isRecomputed)
        return
      }
      if layer is any ActivatedLayer { break }
      // Dropout and borders leave the kind of numbers what it is; poolings and normalisation make new ones, but a mean of
      // probabilities is one still.
      isRecomputed = isRecomputed || !(layer is Dropout || layer is ZeroPadding2D)
      follower = stage
    }
    self = .logits
  }

  /// The head of a network whose last function, but for what passes numbers on, stands in `stage`.
  private static func head(
    _ function: String, of stage: Model.Stage, _ index: Int, follower: Model.Stage?, isRecomputed: Bool
  ) -> Head {
    let loss = "the categorical cross-entropy takes"
    guard function == Activation.softmax.rawValue else {
      if isRecomputed && function != Activation.sigmoid.rawValue { return .logits }
      return .unfit(
        "layer \(stage.name) ends in \(function), \(loss) a softmax at the end, or logits: make it softmax or linear")
    }
    if let follower {
      return .unfit(
        "layer \(follower.name) changes the softmax of \(stage.name), \(loss) one at the very end: move \(follower.name) "
          + "before the layer \(stage.name), or leave it out")
    }
    let axis = stage.output[stage.output.rank - 1]
    guard axis == stage.output.count else {
      return .unfit(
        "the softmax of layer \(stage.name) is over \(axis) of \(stage.output.count) outputs, \(loss) one over all classes: "
          + "put a Flatten before it")
    }
    return .softmax(stage: index)
  }

  /// Whether a layer changes no number, in training or after.
  private static func passesOn(_ layer: any Layer) -> Bool {
    layer.isReshaping || (layer as? any BareActivationLayer)?.activation == .linear || (layer as? Dropout)?.rate == 0
  }

  /// What a layer makes of its numbers in the end, by Keras's name; nil where that is nothing.
  private static func function(of layer: any Layer) -> String? {
    if layer is any RectifierLayer { return type(of: layer).stem }
    guard let activation = (layer as? any ActivatedLayer)?.activation, activation != .linear else { return nil }
    return activation.rawValue
  }
}
