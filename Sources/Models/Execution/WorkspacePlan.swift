import Layers

/// What a worker's memory for one wave consists of: worked out from shapes alone, and allocated by `Workspace`.
public struct WorkspacePlan {
  let segments: [Segment]
  /// Whether stage i ends in a ReLU whose gradient the next layer takes along with its own.
  let isRectified: [Bool]
  let activations: ActivationPlan
  /// The floats of one of the two gradients between segments, of the whole wave.
  let waveGradient: Int
  /// The floats of one of the two gradients between the layers of a segment, of a group.
  let groupGradient: Int
  let scratch: Int
  /// What stage i keeps from forward to backward, sample by sample or slice by slice.
  let kept: [Int]

  /// Plans for waves of up to `samples` samples of `model`.
  public init(_ model: Model, samples: Int) {
    segments = Segment.plan(model)
    isRectified = model.stages.indices.map { index in
      guard let layer = model.stages[index].written as? any ActivatedLayer, layer.activation == .relu else {
        return false
      }
      let next = model.stages[(index + 1)...].first { !$0.layer.isReshaping }
      return next?.layer.rectifiesGradient ?? false
    }
    activations = ActivationPlan(model, segments: segments, isRectified: isRectified, samples: samples)
    waveGradient = samples * (segments.map { model.stages[$0.stages.upperBound - 1].output.count }.max() ?? 0)
    groupGradient = segments.map { $0.group * $0.width }.max() ?? 0
    scratch = model.stages.map { $0.layer.scratchCount(for: $0.input) }.max() ?? 0
    kept = model.stages.map { samples * $0.layer.keptCount(for: $0.input) }
  }

  /// All floats together.
  public var count: Int {
    activations.counts.reduce(0) { $0 + ($1 ?? 0) } + 2 * waveGradient + 2 * groupGradient + scratch
      + kept.reduce(0, +)
  }
}
