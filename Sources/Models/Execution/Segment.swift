import Layers

/// A run of a network's stages that are passed together.
struct Segment {
  /// The floats of a group's widest activation that are aimed at: with input, output and two gradients in use at a time,
  /// a group then fits into an L2 cache of 1 MB.
  private static let groupCount = 65_536

  /// The stages.
  let stages: Range<Int>
  /// How many samples they like to get at a time.
  let grain: Grain
  /// All of theirs that has a gradient, as one range of the arena.
  let extent: Range<Int>
  /// The floats of the widest input or output of one sample.
  let width: Int
  /// What the number of samples in a group is a multiple of, for the sake of the layers.
  let granule: Int

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

  /// Joins some stages.
  private init(_ run: Range<Int>, of model: Model) {
    let stages = model.stages[run]
    self.stages = run
    grain = model.stages[run.lowerBound].layer?.grain ?? .few
    extent = model.stages[run.lowerBound].extent.lowerBound..<model.stages[run.upperBound - 1].extent.upperBound
    width = stages.map { stage in (stage.inputShapes + [stage.output]).reduce(1) { max($0, $1.count) } }.max() ?? 1
    granule = stages.map { stage in stage.layer?.granule(for: stage.input) ?? 1 }.max() ?? 1
  }
}
