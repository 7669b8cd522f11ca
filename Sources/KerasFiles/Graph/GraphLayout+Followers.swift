import Layers

// Layers that were written as options of others: each stands behind its layer, as if it had been written there.
extension GraphLayout {
  /// A layer behind another, which its outputs go through: `NAME_leaky_re_lu`, `NAME_activity`.
  struct Follower {
    let ending: String
    let className: String
    let options: [String: JSONValue]

    /// What makes outputs cost something by their size.
    init(_ regularizer: Regularizer) {
      (ending, className) = ("activity", ActivityRegularization.className)
      options = ["l1": JSONValue(regularizer.l1), "l2": JSONValue(regularizer.l2)]
    }

    fileprivate init(_ className: String, _ options: [String: JSONValue]) {
      (ending, self.className, self.options) = (KerasLayers.stem(of: className) ?? className, className, options)
    }
  }

  /// Gives a follower of `definition` a name of its own.
  mutating func layer(_ follower: Follower, behind definition: LayerDefinition) -> LayerDefinition {
    var name = "\(definition.filedName ?? definition.name)_\(follower.ending)"
    while !names.insert(name).inserted { name += "_1" }
    let layer = LayerDefinition(
      path: definition.path, className: follower.className, name: name, kind: .layer,
      config: .object(follower.options.merging(["name": .string(name)]) { $1 }))
    layer.filedName = name
    return layer
  }

  /// Takes an activation that is no function of ours out of a layer's options, and returns the layers that do the same: for an
  /// object, `LeakyReLU(0.1)`, that layer; for the `hard_sigmoid` of Keras 2, which is another than Keras 3's,
  /// `min(max(x / 5 + 1/2, 0), 1)`.
  func takeActivation(of className: String, from config: inout JSONValue?) -> [Follower] {
    guard KerasLayers.named(className) is any ActivatedLayer.Type, case .object(var fields) = config else { return [] }
    var written = fields["activation"]
    if case .object(let function) = written, function["class_name"] == "function" { written = function["config"] }
    let followers: [Follower]
    if isOfKeras2, written == "hard_sigmoid" {
      followers = [Follower("Rescaling", ["scale": 0.2, "offset": 0.5]), Follower("ReLU", ["max_value": 1])]
    } else if case .object(let object) = written, case .string(let own) = object["class_name"],
      Self.functionLayers.contains(own), case .object(let options) = object["config"]
    {
      followers = [Follower(own, options)]
    } else {
      return []
    }
    fields["activation"] = "linear"
    config = .object(fields)
    return followers
  }

  /// The layers that are functions and learn nothing.
  private static let functionLayers = [
    ReLU.className, LeakyReLU.className, ELU.className, Softmax.className,
  ]
}
