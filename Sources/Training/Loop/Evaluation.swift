import Collectives
import Datasets
import Kernels
import Models
import Tensors

/// The quality of a network on a data set.
public struct Evaluation: Equatable, Sendable {
  /// The mean loss, the penalty on the weights included.
  public let loss: Double
  /// How many samples were right.
  public let correct: Int
  /// How many samples there were.
  public let samples: Int

  /// The share of samples that were right.
  public var accuracy: Double { Double(correct) / Double(samples) }
}

/// Measures a network over all ranks: every sample once, each by one rank, the same result on any number of ranks.
public final class Evaluator {
  private let model: Model
  private let communicator: any Communicator
  private let team: WorkerTeam
  private let workers: [SliceWorker]
  private let slice: Int

  init(model: Model, communicator: any Communicator, team: WorkerTeam, workers: [SliceWorker], slice: Int) {
    self.model = model
    self.communicator = communicator
    self.team = team
    self.workers = workers
    self.slice = slice
  }

  /// Measures `model` in slices of `slice` samples, on `threads` threads of this rank.
  ///
  /// - Parameters:
  ///   - smoothing: how much of each target goes to all classes alike.
  ///   - normalization: what samples were normalised by for training; nil for nothing.
  /// - Throws: `ThreadError` when the system allows no more threads.
  public convenience init(
    model: Model, communicator: any Communicator, slice: Int, smoothing: Float = 0,
    normalization: Normalization? = nil, threads: Int
  ) throws {
    let preparation = SamplePreparation(normalization: normalization)
    self.init(
      model: model, communicator: communicator, team: try WorkerTeam(count: threads),
      workers: (0..<threads).map { _ in
        SliceWorker(model: model, slice: slice, smoothing: smoothing, preparation: preparation)
      }, slice: slice)
  }

  /// Runs the whole of `dataset` forward with the given values. All ranks call it and get the same: nil when one of them
  /// wished to stop, which each is asked before every slice.
  ///
  /// - Throws: `CollectiveError` when a rank is lost; what `Dataset.check` throws.
  public func evaluate(
    _ dataset: any Dataset, values: FloatBuffer, shouldStop: () -> Bool
  ) throws -> Evaluation? {
    let plan = SlicePlan(samples: dataset.count, sliceSize: slice)
    let samples = Array(0..<Int32(dataset.count))
    // Each slice has two slots that one rank sets; the sum over slices is then taken in slice order on every rank.
    // One more per rank tells whether it wished to stop.
    var slots = [Double](repeating: 0, count: 2 * plan.count + communicator.size)
    let share = plan.share(of: communicator.rank, world: communicator.size)
    try slots.withUnsafeMutableBufferPointer { slots in
      // Workers write slots of their own, and the closure does not outlive this call.
      nonisolated(unsafe) let slots = slots
      try team.run { worker in
        let run = share.share(worker, of: team.count)
        let waves = plan.waves(run, of: samples[...], by: workers[worker].slicesPerWave)
        for (slices, wave) in waves where !shouldStop() {
          if worker == 0 { _ = try communicator.attend(isAlive: false) }  // another rank may wish to stop
          let scores = try workers[worker].evaluate(wave, of: dataset, values: values)
          for (index, score) in zip(slices, scores) {
            slots[2 * index] = score.loss
            slots[2 * index + 1] = Double(score.correct)
          }
        }
      }
    }
    if shouldStop() { slots[2 * plan.count + communicator.rank] = 1 }
    try communicator.combineDisjoint(&slots)
    if slots[(2 * plan.count)...].contains(1) { return nil }
    var loss = 0.0
    var correct = 0
    for index in 0..<plan.count {
      loss += slots[2 * index]
      correct += Int(slots[2 * index + 1])
    }
    let mean = loss / Double(dataset.count) + model.penalty(values)
    return Evaluation(loss: mean, correct: correct, samples: dataset.count)
  }
}
