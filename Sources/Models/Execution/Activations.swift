import Layers
import Tensors

/// The memory of a wave's activations: number 0 is the network's input, number i + 1 the output of stage i.
///
/// What backward reads again has room for the whole wave. What only the next layer of a segment reads has room for one group
/// of samples, which overwrites the one before while it is still in the cache.
struct Activations {
  private let plan: ActivationPlan
  private let storages: [FloatStorage]

  /// Makes the room that is planned.
  init(_ plan: ActivationPlan) {
    self.plan = plan
    var storages: [FloatStorage] = []
    for count in plan.counts {
      // What takes no room of its own shares that of the one before.
      storages.append(count.map { FloatStorage(count: $0) } ?? storages[storages.count - 1])
    }
    self.storages = storages
  }

  /// Some samples of activation `index`, all of one group where it is not kept.
  ///
  /// - Parameter isKeeping: whether backward follows.
  func view(_ index: Int, _ samples: Range<Int>, isKeeping: Bool = true) -> TensorView {
    let own = (isKeeping ? plan.areLasting : plan.areBorders)[index] ? samples : 0..<samples.count
    return TensorView(samples: own.upperBound, shape: plan.shapes[index], buffer: storages[index].buffer).samples(own)
  }
}

/// Which activations last, and how much room each takes.
struct ActivationPlan {
  let shapes: [Shape]
  /// Which ones are kept for the whole wave.
  let areLasting: [Bool]
  /// Which ones a segment hands to the next.
  let areBorders: [Bool]
  /// The floats of each; nil where it lies in the memory of the one before.
  let counts: [Int?]

  /// Plans for `samples` samples.
  ///
  /// - Parameter isRectified: whether stage i leaves the gradient of its ReLU to the next, and so does not read its output.
  init(_ model: Model, segments: [Segment], isRectified: [Bool], samples: Int) {
    let stages = model.stages
    shapes = [model.input] + stages.map(\.output)
    // A layer that only reshapes shares its input's memory.
    let reshaping = stages.indices.filter { stages[$0].layer.isReshaping }
    func shared(_ flags: [Bool]) -> [Bool] {
      var flags = flags
      for index in reshaping where flags[index] { flags[index + 1] = true }
      for index in reshaping.reversed() where flags[index + 1] { flags[index] = true }
      return flags
    }
    var flags = shapes.map { _ in false }
    for segment in segments { (flags[segment.stages.lowerBound], flags[segment.stages.upperBound]) = (true, true) }
    areBorders = shared(flags)
    for (index, stage) in stages.enumerated() where !stage.layer.isReshaping {
      if stage.layer.backwardReadsInput { flags[index] = true }
      if stage.layer.backwardReadsOutput && !isRectified[index] { flags[index + 1] = true }
    }
    let areLasting = shared(flags)
    var counts: [Int?] = [samples * model.input.count]
    for segment in segments {
      for index in segment.stages {
        let room = areLasting[index + 1] ? samples : min(samples, segment.group)
        counts.append(stages[index].layer.isReshaping ? nil : room * stages[index].output.count)
      }
    }
    (self.areLasting, self.counts) = (areLasting, counts)
  }
}
