import Layers

/// A run of a network's stages that are passed together.
struct Segment {
  /// The floats of a group's widest activation that are aimed at: with input, output and two gradients in use at a time,
  /// a group then fits into an L2 cache of 1 MB. Where a kernel has more, a group has as many as that: each reads, and
  /// transforms, the kernel anew, which is then no more than what it reads and writes of activations.
  private static let groupFloats = 65_536

  /// A part of a stage's work.
  enum Step: Equatable {
    /// All of it; of a stage that measures, what comes once its slice is known.
    case run(Int)
    /// What a stage that measures does to know its slice.
    case measure(Int)
    /// What a stage that measures gave, once more, for those that need it in backward.
    case repeated(Int)
  }

  /// The stages.
  let stages: Range<Int>
  /// What is done in forward with each group, in this order.
  let forward: [Step]
  /// What is done in backward.
  let backward: [Step]
  /// The stages that measure an input of the model, before forward.
  let opening: [Int]
  /// Whether they are one stage that gets all samples of a wave at once; else a group passes after the other.
  let takesWaves: Bool
  /// All of theirs that has a gradient, as one range of the arena.
  let extent: Range<Int>
  /// The floats of the widest input or output of one sample.
  let width: Int
  /// What the number of samples in a group is a multiple of, for the sake of the layers.
  let granule: Int
  /// How many samples make a group.
  let group: Int

  /// The groups of a slice's samples, in order; the last may be smaller.
  func groups(of samples: Range<Int>) -> [Range<Int>] {
    stride(from: samples.lowerBound, to: samples.upperBound, by: group).map {
      $0..<min($0 + group, samples.upperBound)
    }
  }

  /// Cuts a network into runs: layers that like a few samples are joined, each of grain many stands alone. A run ends where the
  /// next layer's granule would make groups that are too large for the run, and in front of a stage that measures what the run
  /// gives or reads: it looks at its slice in the passes of the one run and does its work in those of the other.
  ///
  /// - Parameters:
  ///   - isKeeping: whether backward may follow. Then what is kept of a run's stages is in use until backward has gone through
  ///     the whole run, so that a run ends where it becomes narrower, too.
  ///   - groupFloats: the floats of the widest activation of a group that are aimed at; nil for what is fast. No bit depends
  ///     on them.
  static func plan(_ model: Model, _ flow: Dataflow, isKeeping: Bool, groupFloats: Int?) -> [Segment] {
    var runs: [Segment] = []
    for index in model.stages.indices {
      let next = Segment(index..<index + 1, of: model, flow, groupFloats)
      if !next.takesWaves, let last = runs.last, !last.takesWaves,
        flow.measuring[index] == nil || flow.anchors[index] ?? -1 < last.stages.lowerBound,
        !isKeeping || !narrows(model.stages[index - 1])
      {
        let joined = Segment(last.stages.lowerBound..<index + 1, of: model, flow, groupFloats)
        if joined.granule == last.granule || joined.granule * joined.width <= groupFloats ?? Self.groupFloats {
          runs[runs.count - 1] = joined
          continue
        }
      }
      runs.append(next)
    }
    return runs
  }

  /// Whether a stage gives half of what it takes, or less, as poolings do: that is kept for backward in any case, or is little.
  private static func narrows(_ stage: Model.Stage) -> Bool {
    stage.inputShapes.contains { 2 * stage.output.count <= $0.count }
  }

  /// Joins some stages.
  private init(_ run: Range<Int>, of model: Model, _ flow: Dataflow, _ groupFloats: Int?) {
    let stages = model.stages[run]
    self.stages = run
    takesWaves = model.stages[run.lowerBound].layer?.grain == .many
    extent = model.stages[run.lowerBound].extent.lowerBound..<model.stages[run.upperBound - 1].extent.upperBound
    width = stages.map { stage in (stage.inputShapes + [stage.output]).reduce(1) { max($0, $1.count) } }.max() ?? 1
    granule = stages.map { stage in stage.layer?.granule(for: stage.input) ?? 1 }.max() ?? 1
    let measuring = run.filter { flow.measuring[$0] != nil }
    forward = run.flatMap { stage in [.run(stage)] + flow.measured[stage].map { .measure($0) } }
    backward =
      measuring.filter { flow.isRepeated($0, in: run, of: model) }.map { .repeated($0) }
      + run.reversed().flatMap { stage in
        flow.anchors.filter { $0.value == stage }.keys.sorted(by: >).map { .run($0) }
          + [flow.measuring[stage] == nil ? .run(stage) : .measure(stage)]
      }
    opening = measuring.filter { model.stage(giving: flow.roots[model.stages[$0].inputs[0]]) == nil }
    let kernel = stages.flatMap(\.parameters).map(\.shape.count).max() ?? 0
    group = max(granule, (groupFloats ?? max(Self.groupFloats, kernel)) / width / granule * granule)
  }
}
