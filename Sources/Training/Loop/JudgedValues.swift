import Runs
import Tensors

/// The values that a validation judges: the weights or, where there are such, their running mean or the slow ones; and the best
/// of them so far.
package final class JudgedValues {
  private let arena: ParameterArena
  /// The values with those that are judged in the weights' place, made when first needed.
  private var averaged: FloatStorage?

  /// Those of `arena`.
  package init(_ arena: ParameterArena) { self.arena = arena }

  /// What is judged in the weights' place; nil for the weights themselves.
  private var standIn: FloatStorage? {
    Experiment.judgedStates.lazy.compactMap { self.arena.optimizerStates[$0] }.first
  }

  /// The weights or what stands for them, with all that stays as it is.
  package var current: MutableFloatBuffer {
    guard let mean = standIn else { return arena.values.buffer }
    let all = averaged ?? FloatStorage(count: arena.layout.count)
    averaged = all
    _ = all.buffer.update(fromContentsOf: arena.values.buffer)
    _ = all.buffer.part(0..<mean.buffer.count).update(fromContentsOf: mean.buffer)
    return all.buffer
  }

  /// The running mean of no step yet is the start, and slow weights begin there.
  package func begin() {
    guard let mean = standIn else { return }
    _ = mean.buffer.update(fromContentsOf: arena.values.buffer.part(0..<mean.buffer.count))
  }

  /// Keeps the current ones, where the best are to be had at the end.
  func keepAsBest() {
    guard let best = arena.optimizerStates[Experiment.bestState] else { return }
    _ = best.buffer.update(fromContentsOf: current.part(0..<best.buffer.count))
  }

  /// Brings back the best, where they were kept.
  func restoreBest() {
    guard let best = arena.optimizerStates[Experiment.bestState] else { return }
    for storage in [arena.values, standIn].compactMap(\.self) {
      _ = storage.buffer.part(0..<best.buffer.count).update(fromContentsOf: best.buffer)
    }
  }
}
