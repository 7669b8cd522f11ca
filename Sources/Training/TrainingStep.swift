import Collectives
import Datasets
import Kernels
import Optimizers
import Tensors

/// One SGD step over all ranks: load slices, forward, loss, backward, reduce, update.
final class TrainingStep {
  private let experiment: Experiment
  private let dataset: any Dataset
  private let communicator: any Communicator
  private let arena: ParameterArena
  private let worker: SliceWorker
  private let batches: BatchPlan
  private let sampleOrder: SampleOrder
  private let buckets: [Range<Int>]
  private let sums: PartialSums
  private let reduction: any GradientReduction
  private let optimizer: SGD

  /// The running epoch's order, worked out when its first step comes.
  private var order: (epoch: Int, samples: [Int32]) = (-1, [])

  init(
    experiment: Experiment, dataset: any Dataset, communicator: any Communicator, arena: ParameterArena,
    worker: SliceWorker, buckets: [Range<Int>]
  ) {
    self.experiment = experiment
    self.dataset = dataset
    self.communicator = communicator
    self.arena = arena
    self.worker = worker
    self.buckets = buckets
    batches = BatchPlan(samples: dataset.count, batchSize: experiment.batchSize)
    sampleOrder = SampleOrder(samples: dataset.count, seed: experiment.shuffle ? experiment.seed : nil)
    sums = PartialSums(count: arena.gradients.buffer.count)
    reduction =
      switch experiment.reduction {
      case .tree: TreeReduction(communicator, buckets: buckets, result: arena.gradients.buffer)
      case .mpi: LibraryReduction(communicator, buckets: buckets, result: arena.gradients.buffer)
      }
    optimizer = experiment.optimizer
  }

  /// Takes step `step`, counted from 0, and returns the score of its batch before the update, the same on every rank.
  func run(_ step: Int) throws -> Score {
    let batch = batches.batch(step: step)
    if order.epoch != batch.epoch { order = (batch.epoch, sampleOrder.order(epoch: batch.epoch)) }
    let samples = order.samples[batch.positions]
    let plan = SlicePlan(samples: samples.count, sliceSize: experiment.slice)
    let share = plan.share(of: communicator.rank, world: communicator.size)

    sums.reset(slices: plan.count, run: share)
    if share.isEmpty { try takePartIdly(slices: plan.count) }
    for slice in share {
      let gradient = sums.push(slice)
      let isLast = slice == share.upperBound - 1
      if isLast { try reduction.begin(sums.sums, slices: plan.count) }
      var pending = buckets[...]
      try worker.train(
        samples[plan.range(of: slice).shifted(by: samples.startIndex)], of: dataset, batch: samples.count,
        seed: experiment.seed, epoch: batch.epoch, values: arena.values.buffer.reading, gradient: gradient
      ) { complete in
        while let bucket = pending.first, bucket.lowerBound >= complete {
          sums.settle(bucket)
          if isLast { try reduction.add(bucket) }
          pending.removeFirst()
        }
        if isLast { try reduction.progress() }
      }
      sums.finishSlice()
    }
    try reduction.finalize()

    optimizer.update(arena, step: step)
    return GradientTail.read(behind: arena.gradients.buffer.reading)
  }

  /// A rank without slices still owns segments of the sum.
  private func takePartIdly(slices: Int) throws {
    try reduction.begin([], slices: slices)
    for bucket in buckets { try reduction.add(bucket) }
  }
}

extension Range where Bound == Int {
  fileprivate func shifted(by offset: Int) -> Range { lowerBound + offset..<upperBound + offset }
}
