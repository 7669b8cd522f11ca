import Collectives
import Datasets
import Kernels
import Models
import Objectives
import Optimizers
import Runs
import Tensors

/// One SGD step over all ranks and their workers: load slices, forward, loss, backward, reduce, examine, update.
///
/// The owner's thread is worker 0 and the only one that speaks to MPI. The rank's share of the slices is cut into one run
/// per worker just as the step's is cut into one share per rank, and all sums follow the one slice tree, so neither count
/// leaves a trace in the bits.
final class TrainingStep {
  let experiment: Experiment
  let dataset: any Dataset
  let communicator: any Communicator
  let arena: ParameterArena
  let team: WorkerTeam
  let workers: [SliceWorker]
  let batches: BatchPlan
  private let sampleOrder: SampleOrder
  let sums: [PartialSums]
  private let exchange: RankExchange
  private let reduction: any GradientReduction
  private let update: ModelUpdate
  private let tail: GradientTail

  /// The orders of the running epoch and of the next, worked out when somebody asks for them.
  private var orders: [Int: [Int32]] = [:]
  /// How many buckets this rank has handed to the reduction in this step.
  private var added = 0
  /// When the first bucket of each step was handed over, where time is noted.
  private var exchangeStarts: [Int: Int] = [:]

  init(
    experiment: Experiment, dataset: any Dataset, head: Head, communicator: any Communicator,
    arena: ParameterArena, team: WorkerTeam, workers: [SliceWorker], rateFactor: Float
  ) {
    let model = head.model
    self.experiment = experiment
    tail = GradientTail(head.objective.forTraining)
    self.dataset = dataset
    self.communicator = communicator
    self.arena = arena
    self.team = team
    self.workers = workers
    batches = BatchPlan(samples: dataset.count, batchSize: experiment.batchSize)
    sampleOrder = SampleOrder(samples: dataset.count, seed: experiment.shuffle ? experiment.seed : nil)
    sums = workers.map { _ in PartialSums(count: arena.gradients.buffer.count) }
    let buckets = Buckets.plan(
      layers: model.stages.map(\.extent), tail: arena.gradients.buffer.count - arena.layout.gradientCount)
    exchange = RankExchange(buckets: buckets, workers: workers.count)
    reduction =
      switch experiment.reduction {
      case .tree: TreeReduction(communicator, buckets: buckets, result: arena.gradients.buffer)
      case .mpi: LibraryReduction(communicator, buckets: buckets, result: arena.gradients.buffer)
      }
    update = ModelUpdate(
      model, arena: arena, experiment: experiment, rateFactor: rateFactor, workers: workers.count)
  }

  /// The order of an epoch's samples; those of epochs before it are forgotten.
  func order(of epoch: Int) -> [Int32] {
    if let known = orders[epoch] { return known }
    let order = sampleOrder.order(epoch: epoch)
    orders = orders.filter { $0.key == epoch - 1 }
    orders[epoch] = order
    return order
  }

  /// The slices of a batch, and this rank's.
  private func part(of batch: BatchPlan.Batch) -> (slices: SlicePlan, share: Range<Int>) {
    let slices = SlicePlan(samples: batch.positions.count, sliceSize: experiment.slice)
    return (slices, slices.share(of: communicator.rank, world: communicator.size))
  }

  /// Tells the data set which samples this rank is going to load for step `step`, in the order in which its workers come to
  /// them.
  func expect(_ step: Int) {
    dataset.expect {
      let batch = batches.batch(step: step)
      let samples = order(of: batch.epoch)[batch.positions]
      let (slices, share) = part(of: batch)
      var waves = workers.indices.map { worker in
        slices.waves(share.share(worker, of: team.count), of: samples, by: workers[worker].waves.training)[...]
      }
      var expected: [Int] = []
      while waves.contains(where: { !$0.isEmpty }) {
        for worker in waves.indices { expected += (waves[worker].popFirst()?.1.samples ?? []).map(Int.init) }
      }
      return expected
    }
  }

  /// Multiplies all learning rates from the next step on.
  func scaleRates(by factor: Float) { update.scaleRates(by: factor) }

  /// What came of a step; the same on every rank.
  struct Outcome {
    /// The tally of its batch before the update.
    let tally: Tally
    /// The length of its gradient before anything is cut off; nil where nothing was updated.
    let gradientNorm: Float?
    /// How many milliseconds this rank waited for others and their sums, when its own part was done; nil where it is alone.
    let exposedExchange: Double?
    /// What of its numbers is not finite, as a clause. Then nothing was updated; nil where all was well.
    let fault: String?
    /// What some rank wished.
    let wishes: Wishes
  }

  /// Takes step `step`, counted from 0, unless its loss or its gradient is not finite: then values, the optimiser's states
  /// and the running averages stay as they are.
  ///
  /// - Parameters:
  ///   - step: which step.
  ///   - wishes: asked what this rank wishes.
  ///   - willUpdate: called on every rank before anything of the arena but the gradients changes.
  /// - Throws: `CollectiveError` when a rank is lost; what `Dataset.check` and `willUpdate` throw. Then nothing was updated,
  ///   here or elsewhere.
  func run(_ step: Int, wishes: () -> Wishes, willUpdate: () throws -> Void) throws -> Outcome {
    let batch = batches.batch(step: step)
    let order = order(of: batch.epoch)
    let (slices, share) = part(of: batch)

    // The first sum lies where the result is going to be: it takes no memory of its own.
    var result: MutableFloatBuffer? = arena.gradients.buffer
    for (index, sums) in sums.enumerated() {
      let run = share.share(index, of: team.count)
      sums.reset(slices: slices.count, run: run, first: run.isEmpty ? nil : result)
      if !run.isEmpty { result = nil }
    }
    try reduction.begin(sums.flatMap(\.sums), slices: slices.count)
    added = 0
    exchange.reset()
    for worker in workers { worker.log?.step = step }
    try team.run { worker in
      do {
        try compute(
          share.share(worker, of: team.count), worker, slices: slices, of: batch, samples: order[batch.positions])
      } catch {
        exchange.abandon()
        throw error
      }
      if worker == 0, try workers[0].log.note(.wait, { try exchange.wait(reduction, added: &added) }) {
        try exchange.finish(reduction, added: &added, wishes: wishes)
      }
    }
    let waitStart = ContinuousClock.now
    try workers[0].log.note(.exchange) { try reduction.finalize() }
    let waited = communicator.size > 1 ? (waitStart.secondsUntilNow * 1e6).rounded() / 1000 : nil

    let note = { (worker: Int, work: () -> Void) in self.workers[worker].log.note(.update, work) }
    let examination = try update.examine(step, team, note: note)
    let gradients = arena.gradients.buffer
    var tally = tail.read(gradients.part(arena.layout.gradientCount..<gradients.count).reading)
    tally.loss += examination.penalty * Double(batch.positions.count)
    let fault = try agree(fault(loss: Float(tally.loss / Double(batch.positions.count)), examination))
    try willUpdate()
    if fault == nil { try update.run(step, team, note: note) }
    return Outcome(
      tally: tally, gradientNorm: fault == nil ? Float(examination.gradientNorm) : nil, exposedExchange: waited,
      fault: fault, wishes: reduction.heard)
  }

  /// What is not finite, as a clause; nil where all is.
  private func fault(loss: Float, _ examination: ModelUpdate.Examination) -> String? {
    let findings = [loss.isFinite ? nil : "the loss is \(loss.asSpecialWord)", examination.fault].compactMap(\.self)
    return findings.isEmpty ? nil : findings.joined(separator: " and ")
  }

  /// The verdict of all ranks. Where we add, all have the same bits and so the same verdict; MPI promises no such thing.
  private func agree(_ fault: String?) throws -> String? {
    guard experiment.reduction == .mpi else { return fault }
    return try communicator.allGather(fault ?? "").first { !$0.isEmpty }
  }

  /// What the workers noted, where they do.
  func profile() -> [StepProfile.Row] {
    workers.enumerated().map { index, worker in
      StepProfile.Row(
        rank: communicator.rank, worker: index, spans: worker.log?.spans ?? [],
        exchangeStarts: index == 0 ? exchangeStarts : [:])
    }
  }

  /// One worker's part: the gradients of its slices, added up in tree order.
  private func compute(
    _ run: Range<Int>, _ worker: Int, slices: SlicePlan, of batch: BatchPlan.Batch, samples: ArraySlice<Int32>
  ) throws {
    let waves = slices.waves(run, of: samples, by: workers[worker].waves.training)
    for (number, (slices, wave)) in waves.enumerated() {
      let sink = WaveSink(step: self, worker: worker, slices: slices, isLast: number == waves.count - 1)
      try workers[worker].train(
        wave, of: dataset, batch: samples.count, seed: experiment.seed, epoch: batch.epoch,
        values: arena.values.buffer.reading, into: sink)
    }
    exchange.fill(from: 0, of: worker)  // also where the run is empty
  }

  /// Leaves a wave's gradients in its worker's sums.
  private final class WaveSink: GradientSink {
    private let step: TrainingStep
    private let worker: Int
    private let slices: Range<Int>
    private let isLast: Bool

    init(step: TrainingStep, worker: Int, slices: Range<Int>, isLast: Bool) {
      self.step = step
      self.worker = worker
      self.slices = slices
      self.isLast = isLast
    }

    func gradient(of slice: Int) -> MutableFloatBuffer {
      step.sums[worker].buffer(of: slices.lowerBound + slice)
    }

    func complete(_ range: Range<Int>, of slice: Int, isAdded: Bool) {
      step.sums[worker].settle(range, of: slices.lowerBound + slice, isAdded: isAdded)
    }

    func sum(before slice: Int) -> MutableFloatBuffer? {
      step.sums[worker].sum(before: slices.lowerBound + slice)
    }

    func filled(from start: Int) throws {
      if isLast { step.exchange.fill(from: start, of: worker) }
      try pulse()
    }

    func pulse() throws {
      guard worker == 0 else { return }
      _ = try step.communicator.attend(isAlive: false)
      try step.communicator.expectSigns(in: "backward")
      let before = step.added
      try step.exchange.advance(step.reduction, added: &step.added)
      if before == 0, step.added > 0, let log = step.workers[0].log { step.exchangeStarts[log.step] = SpanLog.now }
    }
  }
}
