import Layers
import Tensors

extension Workspace {
  /// The floats of what stages make once where no backward follows, the same for all workers with such a plan.
  public var preparedCount: Int { inference.preparation.count }

  /// Makes it, or this worker's part of it, in memory that all workers read afterwards.
  ///
  /// - Parameters:
  ///   - values: as `forward` is going to have them.
  ///   - prepared: `preparedCount` floats, of which each worker writes those of some stages.
  ///   - worker: which of the `workers`, each of which calls it once.
  public func prepare(_ values: FloatBuffer, into prepared: MutableFloatBuffer, worker: Int = 0, of workers: Int = 1) {
    precondition(prepared.count == preparedCount, "as many floats as the plan has")
    let stages = inference.model.stages.indices.filter { inference.preparation.places[$0] != nil }
    for index in stride(from: worker, to: stages.count, by: workers).map({ stages[$0] }) {
      let stage = inference.model.stages[index]
      guard let layer = stage.layer as? any PreparingLayer, let place = inference.preparation.places[index] else {
        continue
      }
      let wave = Wave(slices: [], values: values, prepared: nil, draw: nil, plan: inference)
      layer.prepare(for: stage.input, into: prepared.part(place), in: pass(index, 0..<0, of: nil, in: wave))
    }
  }
}
