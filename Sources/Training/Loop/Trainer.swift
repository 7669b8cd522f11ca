import Collectives
import Datasets
import Kernels
import Models
import Objectives
import Runs
import Tensors

/// A run on all ranks: steps, epochs, validation, metrics and checkpoints.
///
/// Every rank makes one from the same experiment and calls `run`; rank 0 also passes the folder, to which it alone writes.
public final class Trainer {
  /// How long each layer took on each worker of this rank; empty unless time is noted.
  public let layerTimes: [LayerTimes]

  /// Where the run stands.
  public internal(set) var state: TrainingState

  let experiment: Experiment
  /// What a step measures.
  let objective: Objective
  let schedule: Schedule
  let data: TrainingData
  let arena: ParameterArena
  let step: TrainingStep
  let evaluator: Evaluator
  let communicator: any Communicator
  let desyncGuard: DesyncGuard
  let shouldStop: () -> Bool
  let recorder: RunRecorder?
  /// Where this rank keeps copies in its host's memory; nil where another of the host does, or none is to.
  let shadow: Shadow?
  let observers: [any TrainingObserver]
  private let batches: BatchPlan
  /// After how many epochs the run pauses; nil for none.
  private let pause: Int?
  /// The state of the last checkpoint, the one that the run started from included.
  var checkpointed: TrainingState
  var lastCheckpoint = ContinuousClock.now
  var epochStart = ContinuousClock.now
  let judged: JudgedValues
  let keepsVerdicts: Bool
  /// A checkpoint that is being written, as long as nobody knows whether all ranks agree about it.
  var examination: DesyncGuard.Examination?

  /// Goes on from `state`, whose tensors are in `arena` on every rank.
  ///
  /// - Parameters:
  ///   - experiment: what decides the bits.
  ///   - schedule: how long the run goes on, and how often it validates and saves.
  ///   - data: what it is trained and validated on.
  ///   - model: the network.
  ///   - arena: made by `Trainer.arena(for:experiment:)`.
  ///   - state: where the run stands.
  ///   - communicator: this rank's.
  ///   - threads: how many compute threads this rank has, the calling one included.
  ///   - waves: as `MemoryNeed` has planned them; nil for what is fastest, be there memory for it or not.
  ///   - isProfiling: whether to note where the time goes, layer by layer.
  ///   - keepsVerdicts: whether observers are to hear what validations said of each sample; the same on all ranks.
  ///   - pause: after how many epochs to leave off, with a checkpoint to go on from, though the schedule goes on; nil for none.
  ///   - recorder: where rank 0 writes; nil on the others.
  ///   - shadow: where one rank of each host keeps copies in its memory; nil on the others, and where none are to be kept.
  ///   - observers: who hears on this rank how the run goes.
  ///   - shouldStop: asked now and then whether this rank wishes to stop; one rank's wish stops all. Nil asks
  ///     `communicator.stop`.
  public init(
    experiment: Experiment, schedule: Schedule, data: TrainingData, model: Model, arena: ParameterArena,
    state: TrainingState, communicator: any Communicator, threads: Int, waves: Waves? = nil,
    isProfiling: Bool = false, keepsVerdicts: Bool = false, pausingAfter pause: Int? = nil, recorder: RunRecorder?,
    shadow: Shadow? = nil, observers: [any TrainingObserver] = [], shouldStop: (() -> Bool)? = nil
  ) throws {
    self.experiment = experiment
    self.schedule = schedule
    self.pause = pause
    self.data = data
    self.arena = arena
    judged = JudgedValues(arena)
    self.keepsVerdicts = keepsVerdicts
    self.state = state
    batches = BatchPlan(samples: data.training.count, batchSize: experiment.batchSize)
    self.state.countAsNow(batches)
    checkpointed = self.state
    self.recorder = recorder
    self.shadow = shadow
    self.observers = observers
    self.shouldStop = shouldStop ?? { [stop = communicator.stop] in stop.isMade }
    self.communicator = communicator
    desyncGuard = try DesyncGuard(communicator, experiment: experiment)
    let head = try experiment.head(of: model, for: data.training)
    objective = head.objective.forTraining
    let team = try WorkerTeam(count: threads)
    layerTimes = isProfiling ? (0..<threads).map { _ in LayerTimes(layers: model.stages.count) } : []
    let times = layerTimes
    let waves =
      waves
      ?? Waves(
        head.model, experiment, samples: data.training.count,
        judged: schedule.validateEvery > 0 ? data.validation.count : 0, ranks: communicator.size, threads: threads)
    let workers = (0..<threads).map { worker in
      SliceWorker(
        head, waves: waves, preparation: experiment.preparation,
        log: isProfiling || !observers.isEmpty ? SpanLog() : nil, times: isProfiling ? times[worker] : nil)
    }
    step = TrainingStep(
      experiment: experiment, dataset: data.training, head: head, communicator: communicator, arena: arena,
      team: team, workers: workers, rateFactor: self.state.rateFactor ?? 1)
    evaluator = Evaluator(
      head: head, communicator: communicator, team: team, workers: workers, slice: experiment.slice)
  }

  /// The memory that training `model` takes: zeros, but for states that begin with something else.
  public static func arena(for model: Model, experiment: Experiment) -> ParameterArena {
    let arena = ParameterArena(
      layout: model.layout, optimizerStates: experiment.stateNames(for: model),
      tail: GradientTail.count(output: model.output, metrics: experiment.metrics))
    resetStates(of: arena, for: model, experiment: experiment)
    return arena
  }

  /// Brings the optimizer's states to what they are before the first step.
  package static func resetStates(of arena: ParameterArena, for model: Model, experiment: Experiment) {
    for state in arena.optimizerStates.values { state.buffer.update(repeating: 0) }
    for update in experiment.updates(of: model) {
      let rule = update.recipe.rule
      for name in rule.stateNames where rule.initialValue(of: name) != 0 {
        arena.optimizerStates[name]?.buffer.part(update.range).update(repeating: rule.initialValue(of: name))
      }
    }
  }

  /// The step at which the run ends, or pauses.
  public var lastStep: Int {
    min(schedule.lastStep(of: batches), pause.map { $0 * batches.stepsPerEpoch } ?? .max)
  }

  /// Trains until the schedule's end, or until a rank wishes to stop, and leaves a checkpoint there.
  ///
  /// - Throws: `Stopped` when a rank wished it before the end; `SharedFailure` when numbers are not finite, or the ranks
  ///   have drifted apart; `CollectiveError` when one is lost; `FileError` when rank 0 cannot write.
  public func run() throws {
    do {
      try train()
    } catch {
      recorder?.settle()
      shadow?.settle()
      throw error
    }
  }

  private func train() throws {
    (epochStart, lastCheckpoint) = (.now, .now)
    try desyncGuard.check(arena, state)
    if let fault = arena.fault {
      throw SharedFailure(exitCode: .badData, description: "training cannot begin, because \(fault)")
    }
    if state.step == 0 { judged.begin() }
    try tell { [arena, state, stepsPerEpoch = batches.stepsPerEpoch] recorder, observers in
      try recorder?.open(arena, state)
      observers.forEach { $0.willTrain(from: state, of: stepsPerEpoch) }
    }
    var isStopping = false
    while !isStopping {
      if isEpochOpen {
        isStopping = try !finishEpoch()
      } else if state.step < lastStep && !state.hasStoppedEarly {
        isStopping = try takeStep()
      } else {
        break
      }
    }
    try checkpoint()
    try settleCheckpoint()
    try tell { [arena, state] recorder, _ in try recorder?.finish(arena, state) }
    shadow?.remove()
    // Stopped in the last validation, all steps are taken, but the run has not come to its end.
    if isStopping && (isEpochOpen || (state.step < lastStep && !state.hasStoppedEarly)) {
      throw Stopped(step: state.step)
    }
  }

  /// Whether all steps of the running epoch are taken, and the epoch is yet to be closed.
  private var isEpochOpen: Bool { state.step == (state.epoch + 1) * batches.stepsPerEpoch }

  /// Where the time of the steps so far went; the same on every rank. All ranks call it.
  public func profile() throws -> StepProfile { try StepProfile(step.profile(), communicator) }

  /// Takes one step; returns whether a rank wishes to stop.
  private func takeStep() throws -> Bool {
    let start = ContinuousClock.now
    communicator.occasion = "step \(state.step + 1)"
    // A group of one rank waits for nobody, and is to hear of those outside all the same.
    _ = try communicator.attend(isAlive: false)
    let batch = batches.batch(step: state.step)
    if state.step + 1 < lastStep { step.expect(state.step + 1) }
    if schedule.verifyEvery > 0, state.step % schedule.verifyEvery == 0 { try compareArithmetic() }
    let outcome = try step.run(state.step, wishes: wishes, willUpdate: settleCheckpoint)
    let (tally, samples) = (outcome.tally, batch.positions.count)
    if let fault = outcome.fault {
      try leaveOut(samples: samples, because: fault)
    } else {
      state.skipped?.inARow = 0
      state.epochLoss += tally.loss
      state.add(tally.counters)
    }
    let values = objective.values(of: tally)
    let metrics = StepMetrics(
      step: state.step + 1, epoch: batch.epoch + 1, loss: Float(tally.loss / Double(samples)),
      accuracy: values.value(of: .accuracy),
      learningRate: experiment.update.rule(scaledBy: state.rateFactor ?? 1).schedule.rate(at: state.step),
      imagesPerSecond: (Double(samples) / start.secondsUntilNow * 1000).rounded() / 1000,
      gradientNorm: outcome.gradientNorm, exposedExchange: outcome.exposedExchange, skipped: outcome.fault,
      others: values.others)
    state.step += 1
    try tell { [arena, stepsPerEpoch = batches.stepsPerEpoch, lastStep] recorder, observers in
      try recorder?.append(metrics, arena)
      observers.forEach { $0.didFinish(metrics, of: stepsPerEpoch, lastStep: lastStep) }
    }
    // At an epoch's end the checkpoint comes after validation.
    let isDue = schedule.checkpointEvery > 0 && state.step % schedule.checkpointEvery == 0
    if isDue || outcome.wishes.contains(.checkpoint), !isEpochOpen {
      try checkpoint()
    } else if schedule.shadowEvery > 0, state.step % schedule.shadowEvery == 0 {
      try keepShadow()
    }
    return outcome.wishes.contains(.stop)
  }

  /// Makes sure that all ranks compute the same, where they hold the same.
  private func compareArithmetic() throws {
    do {
      try step.compareArithmetic(in: state.step)
    } catch let failure as SharedFailure {
      // Where numbers have drifted apart before, that is what there is to say.
      try desyncGuard.check(arena, state)
      throw failure
    }
  }

  /// Lets rank 0 write and speak. However long its disk or its reader takes, the other ranks know that it lives.
  func tell(_ work: @escaping (RunRecorder?, [any TrainingObserver]) throws -> Void) throws {
    guard recorder != nil || !observers.isEmpty else { return }
    try communicator.aside { [recorder, observers] in try work(recorder, observers) }
  }
}
