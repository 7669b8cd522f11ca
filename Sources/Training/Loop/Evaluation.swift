import Collectives
import Datasets
import Kernels
import Models
import Objectives
import Tensors

/// The quality of a network on a data set.
public struct Evaluation: Equatable, Sendable {
  /// The mean loss, the penalty on the weights included.
  public let loss: Double
  /// How many samples there were.
  public let samples: Int
  /// What the metrics have counted.
  let tally: Tally
  private let objective: Objective

  init(_ tally: Tally, penalty: Double, samples: Int, objective: Objective) {
    loss = tally.loss / Double(samples) + penalty
    (self.samples, self.tally, self.objective) = (samples, tally, objective)
  }

  /// The value of each metric.
  public var values: [(metric: Metric, value: Double)] { objective.values(of: tally) }

  /// The share of answers that were right; nil where answers are numbers.
  public var accuracy: Double? { values.first { $0.metric == .accuracy }?.value }

  /// Whether both found the same.
  public static func == (a: Evaluation, b: Evaluation) -> Bool {
    a.loss == b.loss && a.samples == b.samples && a.tally == b.tally
  }
}

/// Measures a network over all ranks: every sample once, each by one rank, the same result on any number of ranks.
public final class Evaluator {
  private let head: Head
  private let communicator: any Communicator
  private let team: WorkerTeam
  private let workers: [SliceWorker]
  private let slice: Int

  init(head: Head, communicator: any Communicator, team: WorkerTeam, workers: [SliceWorker], slice: Int) {
    self.head = head
    self.communicator = communicator
    self.team = team
    self.workers = workers
    self.slice = slice
  }

  /// Measures `head`'s model in slices of `slice` samples, on `threads` threads of this rank.
  ///
  /// - Parameters:
  ///   - normalization: what samples were normalised by for training; nil for nothing.
  ///   - waves: as `MemoryNeed` has planned them for the samples to judge; nil for such as suit any number of samples.
  /// - Throws: `ThreadError` when the system allows no more threads.
  public convenience init(
    head: Head, communicator: any Communicator, slice: Int,
    normalization: Normalization? = nil, threads: Int, waves: Waves? = nil
  ) throws {
    let preparation = SamplePreparation(normalization: normalization)
    let waves = waves ?? Waves(head.model, slice: slice, trained: nil, judged: .max)
    self.init(
      head: head, communicator: communicator, team: try WorkerTeam(count: threads),
      workers: (0..<threads).map { _ in SliceWorker(head, waves: waves, preparation: preparation) }, slice: slice)
  }

  /// Runs the whole of `dataset` forward with the given values. All ranks call it and get the same: nil when one of them
  /// wished to stop, which each is asked before every slice.
  ///
  /// - Throws: `CollectiveError` when a rank is lost; what `Dataset.check` throws.
  public func evaluate(
    _ dataset: any Dataset, values: FloatBuffer, shouldStop: () -> Bool
  ) throws -> Evaluation? {
    let folded = FoldedModel(head.model).values(values)
    let judging = folded?.buffer.reading ?? values
    let plan = SlicePlan(samples: dataset.count, sliceSize: slice)
    let samples = Array(0..<Int32(dataset.count))
    // Each slice has slots of its own for its loss and for sums of fractions, which are added in slice order on every rank.
    // Whole numbers may be added in any order: each worker counts for itself, and each rank has slots for its counts. One
    // more slot per rank tells whether it wished to stop.
    let objective = head.objective
    let size = objective.emptyTally.counters.count
    let fractions = objective.areWhole.indices.filter { !objective.areWhole[$0] }
    let perSlice = 1 + fractions.count
    let countsStart = plan.count * perSlice
    let wishesStart = countsStart + communicator.size * size
    var slots = [Double](repeating: 0, count: wishesStart + communicator.size)
    var counts = [Double](repeating: 0, count: team.count * size)
    let share = plan.share(of: communicator.rank, world: communicator.size)
    try slots.withUnsafeMutableBufferPointer { slots in
      try counts.withUnsafeMutableBufferPointer { counts in
        // Workers write slots and counts of their own, and the closures do not outlive this call.
        nonisolated(unsafe) let (slots, counts) = (slots, counts)
        try team.run { worker in
          let run = share.share(worker, of: team.count)
          let waves = plan.waves(run, of: samples[...], by: workers[worker].waves.evaluation)
          for (number, (slices, wave)) in waves.enumerated() where !shouldStop() {
            if number + 1 < waves.count { dataset.expect { waves[number + 1].1.samples.map(Int.init) } }
            if worker == 0 { _ = try communicator.attend(isAlive: false) }  // another rank may wish to stop
            let tallies = try workers[worker].evaluate(wave, of: dataset, values: judging)
            for (index, tally) in zip(slices, tallies) {
              slots[index * perSlice] = tally.loss
              for (place, counter) in fractions.enumerated() {
                slots[index * perSlice + 1 + place] = tally.counters[counter]
              }
              for counter in 0..<size { counts[worker * size + counter] += tally.counters[counter] }
            }
          }
        }
      }
    }
    for (index, count) in counts.enumerated() { slots[countsStart + communicator.rank * size + index % size] += count }
    if shouldStop() { slots[wishesStart + communicator.rank] = 1 }
    try communicator.combineDisjoint(&slots)
    if slots[wishesStart...].contains(1) { return nil }
    var tally = objective.emptyTally
    for rank in 0..<communicator.size {
      for counter in 0..<size { tally.counters[counter] += slots[countsStart + rank * size + counter] }
    }
    for counter in fractions { tally.counters[counter] = 0 }
    for index in 0..<plan.count {
      tally.loss += slots[index * perSlice]
      for (place, counter) in fractions.enumerated() {
        tally.counters[counter] += slots[index * perSlice + 1 + place]
      }
    }
    return Evaluation(
      tally, penalty: head.model.penalty(values), samples: dataset.count, objective: objective)
  }
}
