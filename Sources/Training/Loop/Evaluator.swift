import Collectives
import Datasets
import Kernels
import Models
import Objectives
import Tensors

/// Measures a network over all ranks: every sample once, each by one rank, the same result on any number of ranks.
public final class Evaluator {
  /// What is kept of an evaluation besides its sums.
  public enum Keeping {
    /// Nothing.
    case sums
    /// What the network said of each sample.
    case verdicts
    /// That, and the outputs, as probabilities where they are such: they are handed over as they come, `output.count` numbers for
    /// each sample of a range, on every rank that does something with them. All ranks pass a closure.
    case outputs((_ samples: Range<Int>, _ outputs: ArraySlice<Double>) throws -> Void)
  }

  private let head: Head
  private let communicator: any Communicator
  private let team: WorkerTeam
  private let workers: [SliceWorker]
  private let slice: Int

  /// As many outputs are on their way at once, or those of a wave for each worker where they are more: 32 MB.
  private static let outputsAtOnce = 4_000_000

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
  ///   - head: the network with its loss and metrics.
  ///   - communicator: this rank's.
  ///   - slice: the samples of one unit of work.
  ///   - normalization: what samples were normalised by for training; nil for nothing.
  ///   - threads: how many compute threads this rank has.
  ///   - waves: as `MemoryNeed` has planned them for the samples to judge; nil for such as suit any number of samples.
  ///   - augmentation: over which views of each sample the mean of the outputs is judged; nil for samples as they are. It has no
  ///     flaw for `head`.
  /// - Throws: `ThreadError` when the system allows no more threads.
  public convenience init(
    head: Head, communicator: any Communicator, slice: Int,
    normalization: Normalization? = nil, threads: Int, waves: Waves? = nil, augmentation: TestTimeAugmentation? = nil
  ) throws {
    if let flaw = augmentation?.flaw(for: head) { preconditionFailure(flaw) }
    let preparation = SamplePreparation(normalization: normalization)
    let waves = waves ?? Waves(head.model, slice: slice, trained: nil, judged: .max)
    self.init(
      head: head, communicator: communicator, team: try WorkerTeam(count: threads),
      workers: (0..<threads).map { _ in
        SliceWorker(head, waves: waves, preparation: preparation, augmentation: augmentation)
      }, slice: slice)
  }

  /// Runs the whole of `dataset` forward with the given values. All ranks call it and get the same: nil when one of them
  /// wished to stop, which each is asked before every slice.
  ///
  /// - Throws: `CollectiveError` when a rank is lost; what `Dataset.check` throws, or who takes the outputs.
  public func evaluate(
    _ dataset: any Dataset, values: FloatBuffer, keeping: Keeping = .sums, shouldStop: () -> Bool
  ) throws -> Evaluation? {
    let constants = FoldedModel(head.model).constants(values)
    let plan = SlicePlan(samples: dataset.count, sliceSize: slice)
    let objective = head.objective
    let form = objective.verdictForm
    let (hasVerdicts, receive) = keeping.needs
    var tally = objective.emptyTally
    var records: [Double] = []
    var counters = [Double](repeating: 0, count: hasVerdicts ? form.counterCount : 0)
    let step = receive == nil ? plan.count : slicesAtOnce
    for first in stride(from: 0, to: plan.count, by: step) {
      let slots = EvaluationSlots(
        objective, slices: first..<min(first + step, plan.count), of: plan, ranks: communicator.size,
        hasVerdicts: hasVerdicts, hasOutputs: receive != nil)
      var numbers = [Double](repeating: 0, count: slots.count)
      try fill(
        &numbers, slots, dataset, values: values, constants: constants?.buffer.reading,
        shouldStop: shouldStop)
      try communicator.combineDisjoint(&numbers)
      if slots.isStopped(numbers) { return nil }
      for (index, count) in zip(counters.indices, slots.add(numbers, to: &tally)) { counters[index] += count }
      records += numbers[slots.records(of: slots.samples)]
      try receive?(slots.samples, numbers[slots.outputs(of: slots.samples)])
    }
    return Evaluation(
      tally, penalty: head.model.penalty(values), samples: dataset.count, objective: objective,
      verdicts: hasVerdicts ? Verdicts(form, records: records, counters: counters) : nil)
  }

  /// How many slices are judged before their outputs are handed over: enough to keep every worker of every rank at work.
  private var slicesAtOnce: Int {
    let wave = workers.compactMap(\.waves.evaluation?.slices).max() ?? 1
    return max(Self.outputsAtOnce / max(1, head.objective.output.count * slice), communicator.size * team.count * wave)
  }

  /// This rank's part of some slices.
  private func fill(
    _ numbers: inout [Double], _ slots: EvaluationSlots, _ dataset: any Dataset, values: FloatBuffer,
    constants: FloatBuffer?, shouldStop: () -> Bool
  ) throws {
    let plan = SlicePlan(samples: slots.samples.count, sliceSize: slice)
    let samples = Array(Int32(slots.samples.lowerBound)..<Int32(slots.samples.upperBound))
    let share = plan.share(of: communicator.rank, world: communicator.size)
    let size = slots.counts
    var counts = [Double](repeating: 0, count: team.count * size)
    try numbers.withUnsafeMutableBufferPointer { numbers in
      try counts.withUnsafeMutableBufferPointer { counts in
        // Workers write slots and counts of their own, and the closures do not outlive this call.
        nonisolated(unsafe) let (numbers, counts) = (numbers, counts)
        try team.run { worker in
          let run = share.share(worker, of: team.count)
          let waves = plan.waves(run, of: samples[...], by: workers[worker].waves.evaluation)
          let own = UnsafeMutableBufferPointer(rebasing: counts[worker * size..<(worker + 1) * size])
          for (number, (slices, wave)) in waves.enumerated() where !shouldStop() {
            if number + 1 < waves.count { dataset.expect { waves[number + 1].1.samples.map(Int.init) } }
            if worker == 0 {
              _ = try communicator.attend(isAlive: false)  // another rank may wish to stop
              try communicator.expectSigns(in: "forward")
            }
            let record = WaveRecord(slots, wave, numbers: numbers, counts: own)
            let tallies = try workers[worker].evaluate(
              wave, of: dataset, values: values, constants: constants, record: record)
            for (index, tally) in zip(slices, tallies) {
              let place = slots.place(of: slots.slices.lowerBound + index)
              numbers[place] = tally.loss
              for (offset, counter) in slots.fractions.enumerated() {
                numbers[place + 1 + offset] = tally.counters[counter]
              }
              for counter in tally.counters.indices { own[counter] += tally.counters[counter] }
            }
          }
        }
      }
    }
    let own = slots.counts(of: communicator.rank).lowerBound
    for (index, count) in counts.enumerated() { numbers[own + index % size] += count }
    if shouldStop() { numbers[slots.wish(of: communicator.rank)] = 1 }
  }
}

extension Evaluator.Keeping {
  /// Whether verdicts are kept, and who takes the outputs.
  fileprivate var needs: (verdicts: Bool, receive: ((Range<Int>, ArraySlice<Double>) throws -> Void)?) {
    switch self {
    case .sums: (false, nil)
    case .verdicts: (true, nil)
    case .outputs(let receive): (true, receive)
    }
  }
}
