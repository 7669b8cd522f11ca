import Collectives
import Datasets
import Kernels
import Layers
import Models
import Runs
import Tensors
import Training

/// A network that can be trained: its values, its optimiser's state, and the ranks that work on it.
///
/// It trains as the program does, step for step: the same seed gives the same weights here and there, on any number of
/// ranks. Every rank makes one and calls the same functions with the same arguments, all from one thread.
public final class CompiledModel {
  /// The network.
  public let model: Model
  /// The ranks that train it.
  public let communicator: any Communicator

  private var experiment: Experiment
  private let arena: ParameterArena
  private let judged: JudgedValues
  private let threads: Int
  private var state = TrainingState()
  /// What the last `fit` wrote to, and into which a further one goes on.
  private var folder: RunFolder?

  /// - Throws: `SharedFailure` where some rank's memory does not suffice for the parameters.
  init(_ model: Model, _ experiment: Experiment, _ communicator: any Communicator, threads: Int) throws {
    try communicator.together {
      try MemoryNeed(
        model: model, experiment: experiment, budget: MemoryBudget(nil, communicator)
      ).check()
    }
    OpenBLAS.useCallingThreadOnly()
    self.model = model
    self.experiment = experiment
    self.communicator = communicator
    self.threads = threads
    arena = Trainer.arena(for: model, experiment: experiment)
    judged = JudgedValues(arena)
    model.initialize(arena.values.buffer, seed: experiment.seed)
    judged.begin()
  }

  /// Whether this is the rank that speaks: the first of all.
  public var isFirst: Bool { communicator.rank == 0 }

  /// Trains for `epochs` epochs. A further call goes on where this one ends; it takes the same data and batches.
  ///
  /// - Parameters:
  ///   - training: what steps are made of.
  ///   - validation: what is measured after each epoch; nil for nothing.
  ///   - batchSize: the samples of one step over all ranks.
  ///   - epochs: how many this call adds.
  ///   - slice: the samples of one unit of work.
  ///   - run: a folder for metrics, checkpoints, TensorBoard's events and a report, which the program can evaluate and go on
  ///     from; nil for none.
  ///   - observer: hears of steps and epochs, on every rank that has one.
  /// - Returns: what each epoch gave, the same on every rank but for the seconds.
  /// - Throws: `ShapeError` when the samples are none for the network; `UsageError` when a further call changes data or
  ///   batches, or `run` holds a run of somebody else's; `SharedFailure` when some rank failed and all know of it; what
  ///   else is this rank's own failure: let it end the process, then the launcher ends the others.
  @discardableResult
  public func fit(
    _ training: any Dataset, validation: (any Dataset)? = nil, epochs: Int = 1, batchSize: Int = 512, slice: Int = 64,
    run: String? = nil, observer: (any TrainingObserver)? = nil
  ) throws -> [EpochMetrics] {
    try endingTogether {
      let schedule = makeSchedule(epochs: epochs, isValidated: validation != nil)
      let (experiment, data, waves, writers) = try communicator.together {
        for data in [training, validation ?? training] {
          try model.check(takes: data.sampleShape, of: data.name)
          try self.experiment.checkTargets(of: data, for: self.experiment.head(of: model, for: data))
        }
        let data = TrainingData(training: training, validation: validation ?? training)
        let experiment = try makeExperiment(for: data, batchSize: batchSize, slice: slice)
        let need = MemoryNeed(
          training: model, experiment: experiment, samples: training.count, judged: validation?.count ?? 0,
          communicator: communicator, threads: threads, budget: MemoryBudget(nil, communicator))
        try need.check()
        if state.step == 0 && experiment.initialWeights == nil {
          try model.whiten(arena.values.buffer, with: training, experiment.preparation)
        }
        let writers = isFirst ? try run.map { try makeWriters($0, experiment, schedule, data) } : nil
        return (experiment, data, need.waves, writers)
      }
      if let complaint = try communicator.complaintOfIdleThreads(threads, experiment) { Ranks.tell(complaint) }
      let collector = EpochCollector()
      let observers: [(any TrainingObserver)?] = [collector, observer]
      let trainer = try Trainer(
        experiment: experiment, schedule: schedule, data: data, model: model, arena: arena, state: state,
        communicator: communicator, threads: threads, waves: waves, keepsVerdicts: run != nil,
        recorder: writers?.recorder, observers: observers.compactMap(\.self) + (writers?.observers.all ?? []))
      defer { state = trainer.state }
      self.experiment = experiment
      let end = Result { try trainer.run() }
      if let observers = writers?.observers {
        try communicator.conclude(end) { [arena] in observers.didEnd(end, trainer, arena) }
      }
      try end.get()
      return collector.epochs
    }
  }

  /// Measures the network on `dataset`, with its slow weights where there are such; the same on every rank.
  ///
  /// - Throws: `ShapeError` when the samples are none for the network, `CollectiveError` when a rank is lost.
  public func evaluate(_ dataset: any Dataset, slice: Int = 64) throws -> Evaluation {
    try endingTogether {
      let (head, waves) = try communicator.together {
        try model.check(takes: dataset.sampleShape, of: dataset.name)
        let head = try experiment.head(of: model, for: dataset)
        guard Experiment.slices.contains(slice) else {
          throw UsageError(
            "slices of \(slice) cannot be, expected \(Experiment.slices.lowerBound) to \(Experiment.slices.upperBound)")
        }
        let need = MemoryNeed(
          evaluating: model, slice: slice, samples: dataset.count, communicator: communicator, threads: threads,
          budget: MemoryBudget(nil, communicator))
        try need.check()
        return (head, need.waves)
      }
      let evaluator = try Evaluator(
        head: head, communicator: communicator, slice: slice,
        normalization: experiment.normalization, threads: threads, waves: waves)
      let result = try evaluator.evaluate(dataset, values: judged.current.reading, shouldStop: { false })
      guard let result else { preconditionFailure("nobody wished to stop") }
      return result
    }
  }

  /// Takes the model's values from a safetensors file, a checkpoint or one that holds nothing else, or from one of Keras's.
  /// Every rank reads it. What an earlier `fit` left besides, momenta and the number of its steps, is forgotten: the next one
  /// begins a training with these values.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - skipsMismatch: whether what the file has not, or not in its shape, stays as it is, as for a network of other classes.
  /// - Returns: the names of what stayed.
  /// - Throws: `SharedFailure` with the tensor that is missing or has another shape.
  @discardableResult
  public func loadWeights(_ path: String, skipsMismatch: Bool = false) throws -> [String] {
    let left = try communicator.together {
      let file = try WeightsFile(path)
      guard skipsMismatch else {
        experiment.initialWeights = try file.load(into: arena, of: model)
        return [] as [String]
      }
      let (digest, left) = try file.loadWhatFits(into: arena, of: model)
      experiment.initialWeights = digest
      return left
    }
    Trainer.resetStates(of: arena, for: model, experiment: experiment)
    judged.begin()
    (state, folder) = (TrainingState(), nil)
    return left
  }

  /// Writes the model's values, with its slow weights where there are such, and nothing else, to a safetensors file; the first
  /// rank does.
  ///
  /// - Throws: `SharedFailure` with the system's reason.
  public func saveWeights(_ path: String) throws {
    try communicator.together {
      guard isFirst else { return }
      var writer = SafetensorsWriter()
      let values = judged.current
      for entry in arena.layout.entries {
        writer.add(name: entry.name, shape: entry.shape, floats: values.part(entry.range).reading)
      }
      try writer.write(to: path, metadata: ["model": model.name])
    }
  }

  // MARK: - What a fit is made of

  private func makeExperiment(for data: TrainingData, batchSize: Int, slice: Int) throws -> Experiment {
    var next = experiment
    next.dataset = data.training.name
    next.datasetDigest = data.digest
    next.classNames = data.training.classNames
    // A training of before that was kept goes on without.
    if state.step == 0 { next.outputNames = data.training.outputNames }
    next.levels = data.training.levels
    next.limit = (data.training as? FirstSamples)?.count
    (next.batchSize, next.slice) = (batchSize, slice)
    if let flaw = next.augmentation.flaw(for: data.training.sampleShape, targets: data.training.targets) {
      throw UsageError(flaw)
    }
    if next.lacksNormalization {
      next.normalization = try Normalization(next.normalize, of: data.training, threads: threads)
    }
    try data.training.check()
    guard Experiment.counts.contains(batchSize), Experiment.slices.contains(slice) else {
      throw UsageError(
        "a batch of \(batchSize) in slices of \(slice) cannot be: both are at least 1, a slice at most 4096")
    }
    if state.step > 0, next != experiment {
      throw UsageError(
        "a further fit goes on with the same samples and batches (\(next.differences(from: experiment).joined(separator: "; "))): "
          + "compile the model anew and load its weights to begin another training")
    }
    return next
  }

  private func makeSchedule(epochs: Int, isValidated: Bool) -> Schedule {
    var schedule = Schedule()
    schedule.epochs = state.epoch + max(0, epochs)
    schedule.validateEvery = isValidated ? 1 : 0
    return schedule
  }

  private func makeWriters(
    _ path: String, _ experiment: Experiment, _ schedule: Schedule, _ data: TrainingData
  ) throws -> (recorder: RunRecorder, observers: RunObservers) {
    let run = RunFolder(path)
    let lock = folder?.path == path ? try run.lock() : try run.create()
    folder = run
    let configuration = RunConfiguration(
      experiment: experiment, schedule: schedule, openblas: OpenBLAS.identity, vectors: VectorWidth.name,
      version: RunConfiguration.currentVersion)
    let session = RunSession(CommandLine.arguments, on: communicator, threads: threads)
    return (
      RunRecorder(run, configuration: configuration, lock: lock, session: session),
      RunObservers(run, configuration, model: model, data: data)
    )
  }

  /// Runs `body`; after a failure that the other ranks do not know of, this one must not wait for them when it exits.
  private func endingTogether<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      if !(error is SharedFailure || error is Stopped) { Ranks.hasFailed = true }
      throw error
    }
  }
}

/// Keeps what each epoch gave.
private final class EpochCollector: TrainingObserver {
  private(set) var epochs: [EpochMetrics] = []

  func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) {}
  func didFinish(_ epoch: EpochMetrics, _ end: EpochEnd) { epochs.append(epoch) }
}
