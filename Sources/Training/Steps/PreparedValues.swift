import Models
import Tensors

/// The values that a rank's workers judge by, as their layers read them: with the normalisations in the kernels before them (see
/// `FoldedModel`), and beside them what layers make of their kernels, made once (see `PreparingLayer`).
struct PreparedValues {
  /// Those of the model that judges.
  var values: FloatBuffer { folded?.buffer.reading ?? written }
  /// What its layers have made of them.
  var prepared: FloatBuffer { made.buffer.reading }

  private let written: FloatBuffer
  private let folded: FloatStorage?
  private let made: FloatStorage

  /// Prepares `values`, the arena's, which stay as they are as long as they are judged by.
  ///
  /// - Parameter workers: those of `team`, who share the work and what comes of it.
  init(_ values: FloatBuffer, of model: Model, by workers: [SliceWorker], _ team: WorkerTeam) throws {
    written = values
    folded = FoldedModel(model).values(values)
    made = FloatStorage(count: workers[0].preparedCount)
    guard made.buffer.count > 0 else { return }
    let (judging, target) = (self.values, made.buffer)
    try team.run { workers[$0].prepare(judging, into: target, worker: $0, of: team.count) }
  }
}
