import Layers

/// A run of a network's layers that are passed together.
struct Segment {
  /// The floats of a group's widest activation that are aimed at: with input, output and two gradients in use at a time,
  /// a group then fits into an L2 cache of 1 MB.
  private static let groupCount = 65_536

  /// The layers.
  let stages: Range<Int>
  /// How many samples they like to get at a time.
  let grain: Grain
  /// All that they learn, as one range of the arena.
  let extent: Range<Int>
  /// The floats of the widest input or output of one sample.
  let width: Int
  /// What the number of samples in a group is a multiple of, for the sake of the layers.
  let granule: Int
  /// The first layer that does more than reshape; nil where none does.
  let firstWorking: Int?
  /// The last such layer.
  let lastWorking: Int?

  /// Whether no layer does more than reshape.
  var isReshaping: Bool { firstWorking == nil }

  /// How many samples make a group.
  var group: Int { max(granule, Self.groupCount / width / granule * granule) }

  /// The groups of a slice's samples, in order; the last may be smaller.
  func groups(of samples: Range<Int>) -> [Range<Int>] {
    stride(from: samples.lowerBound, to: samples.upperBound, by: group).map {
      $0..<min($0 + group, samples.upperBound)
    }
  }

  /// Cuts a network into runs: layers that like a few samples are joined, each other one, be its grain many or a slice,
  /// stands alone. A run ends where the next layer's granule would make groups that are too large for the run.
  static func plan(_ model: Model) -> [Segment] {
    var runs: [Segment] = []
    for index in model.stages.indices {
      let next = Segment(index..<index + 1, of: model)
      if next.grain == .few, let last = runs.last, last.grain == .few {
        let joined = Segment(last.stages.lowerBound..<index + 1, of: model)
        if joined.granule == last.granule || joined.granule * joined.width <= groupCount {
          runs[runs.count - 1] = joined
          continue
        }
      }
      runs.append(next)
    }
    return runs
  }

  /// Joins some layers.
  private init(_ run: Range<Int>, of model: Model) {
    let stages = model.stages[run]
    self.stages = run
    grain = model.stages[run.lowerBound].layer.grain
    extent = model.stages[run.lowerBound].extent.lowerBound..<model.stages[run.upperBound - 1].extent.upperBound
    width = stages.map { max($0.input.count, $0.output.count) }.max() ?? 1
    granule = stages.map { $0.layer.granule(for: $0.input) }.max() ?? 1
    firstWorking = run.first { !model.stages[$0].layer.isReshaping }
    lastWorking = run.last { !model.stages[$0].layer.isReshaping }
  }
}
