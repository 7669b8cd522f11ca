import Layers

/// A run of a network's layers that are passed together.
struct Segment {
  /// The floats of a group's widest activation that are aimed at: with input, output and two gradients in use at a time,
  /// a group then fits into an L2 cache of 2 MB.
  private static let groupCount = 131_072

  /// The layers.
  let stages: Range<Int>
  /// How many samples they like to get at a time.
  let grain: Grain
  /// All that they learn, as one range of the arena.
  let extent: Range<Int>
  /// The floats of the widest input or output of one sample.
  let width: Int
  /// The first layer that does more than reshape; nil where none does.
  let firstWorking: Int?

  /// Whether no layer does more than reshape.
  var isReshaping: Bool { firstWorking == nil }

  /// How many samples make a group.
  var group: Int { max(1, Self.groupCount / width) }

  /// The groups of some samples, in order; the last may be smaller.
  func groups(of samples: Range<Int>) -> [Range<Int>] {
    stride(from: samples.lowerBound, to: samples.upperBound, by: group).map {
      $0..<min($0 + group, samples.upperBound)
    }
  }

  /// Cuts a network into runs: layers that like a few samples are joined, each other one, be its grain many or a slice,
  /// stands alone.
  static func plan(_ model: Sequential) -> [Segment] {
    var runs: [Range<Int>] = []
    for (index, stage) in model.stages.enumerated() {
      if stage.layer.grain == .few, let last = runs.last, model.stages[last.lowerBound].layer.grain == .few {
        runs[runs.count - 1] = last.lowerBound..<index + 1
      } else {
        runs.append(index..<index + 1)
      }
    }
    return runs.map { run in
      let stages = model.stages[run]
      let start = model.stages[run.lowerBound].extent.lowerBound
      return Segment(
        stages: run, grain: model.stages[run.lowerBound].layer.grain,
        extent: start..<model.stages[run.upperBound - 1].extent.upperBound,
        width: stages.map { max($0.input.count, $0.output.count) }.max() ?? 1,
        firstWorking: run.first { !model.stages[$0].layer.isReshaping })
    }
  }
}
