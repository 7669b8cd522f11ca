import Layers
import Tensors

/// The memory of a wave's activations: number 0 is the network's input, number i + 1 the output of stage i.
///
/// What backward reads again has room for the whole wave. What only the next layer of a segment reads has room for one group
/// of samples, which overwrites the one before while it is still in the cache.
struct Activations {
  private let shapes: [Shape]
  private let storages: [FloatStorage]
  private let areLasting: [Bool]

  /// Makes room for `samples` samples.
  ///
  /// - Parameter isRectified: whether stage i leaves the gradient of its ReLU to the next, and so does not read its output.
  init(_ model: Sequential, segments: [Segment], isRectified: [Bool], samples: Int) {
    let stages = model.stages
    shapes = [model.input] + stages.map(\.output)
    var areLasting = shapes.map { _ in false }
    for segment in segments {
      (areLasting[segment.stages.lowerBound], areLasting[segment.stages.upperBound]) = (true, true)
    }
    for (index, stage) in stages.enumerated() where !stage.layer.isReshaping {
      if stage.layer.backwardReadsInput { areLasting[index] = true }
      if stage.layer.backwardReadsOutput && !isRectified[index] { areLasting[index + 1] = true }
    }
    // A layer that only reshapes shares its input's memory.
    let reshaping = stages.indices.filter { stages[$0].layer.isReshaping }
    for index in reshaping where areLasting[index] { areLasting[index + 1] = true }
    for index in reshaping.reversed() where areLasting[index + 1] { areLasting[index] = true }

    var storages = [FloatStorage(count: samples * model.input.count)]
    for segment in segments {
      for index in segment.stages {
        let room = areLasting[index + 1] ? samples : min(samples, segment.group)
        storages.append(
          stages[index].layer.isReshaping ? storages[index] : FloatStorage(count: room * stages[index].output.count))
      }
    }
    (self.areLasting, self.storages) = (areLasting, storages)
  }

  /// Some samples of activation `index`, all of one group where it is not kept.
  subscript(_ index: Int, _ samples: Range<Int>) -> TensorView {
    let own = areLasting[index] ? samples : 0..<samples.count
    return TensorView(samples: own.upperBound, shape: shapes[index], buffer: storages[index].buffer).samples(own)
  }
}
