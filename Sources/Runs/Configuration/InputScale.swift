import KerasFiles
import Layers
import Models
import Tensors

/// What a network's first layers say of the numbers that it takes: bytes where they bring those to a small scale before anything
/// learns.
enum InputScale {
  /// Whether bytes are meant by a network's description: there is a `Rescaling` by a hundredth or less, or a `Normalization` by
  /// numbers that no samples from 0 to 1 have, before it learns anything.
  static func takesBytes(_ document: JSONValue) -> Bool { first(in: document) == .bytes }

  /// Whether bytes are meant by the weights in a network's file: the statistics of a `Normalization` that was adapted to samples
  /// are there, and are such.
  ///
  /// - Throws: `FileError` where the weights are not the network's.
  static func takesBytes(_ file: ModelFile) throws -> Bool {
    guard file.architecture.inputs.allSatisfy({ $0.shape != nil }), let weights = WeightsFile(in: file) else {
      return false
    }
    let model = try file.model()
    guard let (stage, normalization) = adapted(in: model), !normalization.isInverted else { return false }
    let arena = ParameterArena(layout: model.layout)
    try weights.fill(arena, of: model)
    let values = stage.ranges.prefix(2).map { arena.values.buffer.reading.part($0).map(Double.init) }
    return areOfBytes(means: values[0], variances: values[1])
  }

  /// The `Normalization` whose statistics are weights, where nothing in front of it learns.
  private static func adapted(in model: Model) -> (stage: Model.Stage, layer: Normalization)? {
    for stage in model.stages {
      if stage.learns { return nil }
      if let layer = stage.layer as? Normalization, layer.given == nil { return (stage, layer) }
    }
    return nil
  }

  /// Numbers from 0 to 1 have a mean in that range, and a variance of a quarter at most.
  private static func areOfBytes(means: [Double], variances: [Double]) -> Bool {
    means.contains { abs($0) > 1 } || variances.contains { $0 > 1 }
  }

  // MARK: - In a description

  /// What comes first: nothing that tells, a layer that learns, or one that makes bytes small.
  private enum First { case none, learning, bytes }

  private static func first(in document: JSONValue) -> First {
    switch document {
    case .array(let list):
      return list.lazy.map(first).first { $0 != .none } ?? .none
    case .object(let fields):
      guard case .object(let config) = fields["config"] else { return .none }
      switch fields["class_name"] {
      case "Rescaling":
        let scales = numbers(config["scale"] ?? 1)
        return !scales.isEmpty && scales.allSatisfy { abs($0) <= 0.01 } ? .bytes : .none
      case "Normalization" where config["invert"] != true:
        let (means, variances) = (numbers(config["mean"] ?? .null), numbers(config["variance"] ?? .null))
        return areOfBytes(means: means, variances: variances) ? .bytes : .none
      default: break
      }
      if config["kernel_initializer"] != nil || config["depthwise_initializer"] != nil { return .learning }
      return first(in: config["layers"] ?? .null)
    default: return .none
    }
  }

  /// The numbers in lists within lists; none where something else is among them.
  private static func numbers(_ value: JSONValue) -> [Double] {
    switch value {
    case .number(let number): return [number]
    case .array(let list):
      let parts = list.map(numbers)
      return parts.contains { $0.isEmpty } ? [] : Array(parts.joined())
    default: return []
    }
  }
}
