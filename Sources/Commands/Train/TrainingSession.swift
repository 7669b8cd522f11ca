import Collectives
import Datasets
import Doctor
import FoundationEssentials
import KerasFiles
import Kernels
import Models
import Runs
import Tensors
import Training

/// Brings all ranks of a `train` command to the same starting point, and trains.
///
/// Rank 0 alone reads and writes the run folder and hands out what is in it; each rank opens the data set by itself. Until
/// training begins, a failure on one rank is told to all, so they end together.
struct TrainingSession {
  private let command: TrainCommand
  private let world: World
  private let pause: Int?
  private var communicator: any Communicator { world.communicator }

  /// Trains to the end, or until `pause` epochs are done, as a run that is resumed later.
  init(_ command: TrainCommand, in world: World, pausingAfter pause: Int? = nil) {
    self.command = command
    self.world = world
    self.pause = pause
  }

  func run() throws {
    // Whoever serves the report may have to know a token: without it nothing begins.
    let token = try world.together { world.isSpeaker ? try command.live?.token() : nil }

    // What to do, and where it stands: rank 0 knows.
    let plan = try world.together { world.isSpeaker ? try TrainingPlan(command, say: say) : nil }
    var start = try communicator.share(plan.map(TrainingStart.init))

    // What to do it on: each rank sees for itself.
    let cores = try world.planCores(threads: command.threads)
    let threads = command.threads ?? cores.threads
    let (data, model) = try open(start.experiment, threads: threads)
    try complete(&start, for: data, threads: threads)
    try warn(of: cores, model, start.experiment, samples: data.training.count, folder: plan?.folder, threads: threads)
    let need = MemoryNeed(
      training: model, experiment: start.experiment, samples: data.training.count,
      judged: start.schedule.validateEvery > 0 ? data.validation.count : 0, communicator: communicator,
      threads: threads, keepsShadow: start.schedule.shadowEvery > 0, budget: world.memoryBudget(command.memory))
    try communicator.together { try need.check() }

    // The numbers to start from.
    let arena = Trainer.arena(for: model, experiment: start.experiment)
    let shadow = communicator.nodes[communicator.rank] == communicator.rank ? start.shadow.flatMap(Shadow.init) : nil
    let isRecalled = try fill(arena, of: model, &start, plan, shadow, data)

    // The folder to write into, beside the communicator: the others have a deadline.
    let recorder = try communicator.together {
      if communicator.stop.isMade { throw Stopped() }
      return try plan.map { [start] plan in
        try communicator.aside { try prepare(plan, start, isRecalled: isRecalled, threads: threads) }
      }
    }

    let lastStep = start.lastStep(samples: data.training.count)
    let observers = plan.map { [start] plan in
      TrainingObservers(
        command, in: world, plan.folder, configuration(start), model: model, data: data, from: start.state.step,
        of: lastStep, threads: threads, token: token)
    }
    let trainer = try Trainer(
      experiment: start.experiment, schedule: start.schedule, data: data, model: model, arena: arena,
      state: start.state, communicator: communicator, threads: threads, waves: need.waves,
      isProfiling: command.isProfiling, keepsVerdicts: true, pausingAfter: pause, recorder: recorder,
      shadow: shadow, observers: observers?.all ?? [])
    let end = Result { try trainer.run() }
    if let observers {
      try communicator.conclude(end) { observers.closeReport(trainer.state, arena, of: lastStep) }
    }
    if case .failure(let error) = end, !(error is Stopped) {
      observers?.didFail()
      throw error
    }
    if command.isProfiling {
      let profile = try trainer.profile()
      if let plan { try communicator.aside { try profile.writeTrace(to: plan.folder.tracePath) } }
      observers?.console.show(profile)
    }
    try end.get()
    observers?.didEnd(trainer.state)
  }

  /// Tells the user, unless the run is one of many, whose options were looked at before.
  private func say(_ notice: String) {
    if world.share == nil { Program.complain(UsageError(notice)) }
  }

  // MARK: - What to train on

  /// Opens the samples, reads the network, and makes sure that all ranks have the same and that they fit together.
  private func open(_ experiment: Experiment, threads: Int) throws -> (TrainingData, Model) {
    let readers = DataReaders(
      team: try communicator.makeHostTeam(), threads: threads, environment: world.environment)
    let (data, model) = try world.together { try experiment.open(command.data, readers) }
    try communicator.expectSameSamples(data.training, "training samples")
    try communicator.expectSameSamples(data.validation, "validation samples")
    try communicator.together {
      try experiment.check(data)
      try experiment.checkRules(of: model)
      let head = try experiment.head(of: model, for: data.training)
      for samples in [data.training, data.validation] { try experiment.checkTargets(of: samples, for: head) }
    }
    return (data, model)
  }

  /// Fills in what follows from the samples.
  private func complete(_ start: inout TrainingStart, for data: TrainingData, threads: Int) throws {
    // A run that an older version began keeps its own word for the same samples.
    if start.experiment.datasetDigest.isEmpty { start.experiment.datasetDigest = data.digest }
    try communicator.together { try start.setScheduleLength(samples: data.training.count) }
    if communicator.rank == 0 { start.notices(samples: data.training.count).forEach(say) }
    // Every rank has the same samples, and their statistics come from sums without an error: the same on all.
    if start.experiment.lacksNormalization {
      start.experiment.normalization = try world.together { [kind = start.experiment.normalize] in
        try Normalization(kind, of: data.training, threads: threads)
      }
    }
    if let weights = command.classWeights {
      start.experiment.classWeights = try world.together { try weights.resolved(for: data.training) }
    }
  }

  /// Tells of cores that have nothing to do, and of what `doctor` thinks serious, unless the run is one of many.
  private func warn(
    of cores: CorePlan, _ model: Model, _ experiment: Experiment, samples: Int, folder: RunFolder?, threads: Int
  ) throws {
    guard world.share == nil else { return }
    try world.warn(of: threads, cores, training: experiment, communicator)
    var intent = Scene.Intent()
    (intent.run, intent.threads) = (folder?.path, threads)
    intent.expect(model, experiment, samples: samples, threads: threads)
    try world.tellOfHazards(intent)
  }

  // MARK: - The numbers to start from

  /// Fills `arena` by seed on each rank, or with what rank 0's file or some host's memory has, and completes `start` by what
  /// that tells.
  ///
  /// - Returns: whether the numbers come from a host's memory.
  private func fill(
    _ arena: ParameterArena, of model: Model, _ start: inout TrainingStart, _ plan: TrainingPlan?, _ shadow: Shadow?,
    _ data: TrainingData
  ) throws -> Bool {
    model.initialize(arena.values.buffer, seed: start.experiment.seed)
    if model.beginsWithSamples && !start.isFromFile {
      try world.together { [preparation = start.experiment.preparation] in
        try model.whiten(arena.values.buffer, with: data.training, preparation)
      }
    }
    let recalled = try Recollection(in: shadow, of: start.experiment, after: start.state.step, communicator)
    if let recalled {
      if communicator.rank == 0 { tell(of: recalled, instead: start.state.step) }
      start.state = recalled.state
    }
    try communicator.together {
      if plan?.checkpoint == nil {
        start.experiment.network = try model.kerasDocument()
        start.experiment.classNames = data.training.classNames
        start.experiment.outputNames = data.training.outputNames
        start.experiment.levels = data.training.levels
      }
      start.experiment = try communicator.aside { [experiment = start.experiment] in
        let experiment = try plan.map { try load($0, into: arena, of: model, experiment) } ?? experiment
        try recalled?.checkpoint?.restore(arena)
        return experiment
      }
    }
    start.experiment = try communicator.share(start.experiment)
    if start.isFromFile {
      let root = recalled?.rank ?? 0
      try communicator.broadcast(arena.values.buffer, from: root)
      for (_, state) in arena.optimizerStates.sorted(by: { $0.key < $1.key }) {
        try communicator.broadcast(state.buffer, from: root)
      }
    }
    return recalled != nil
  }

  private func tell(of recalled: Recollection, instead step: Int) {
    say(
      "the run goes on from step \(recalled.state.step), which \(communicator.hosts[recalled.rank]) has in its memory; the newest "
        + "checkpoint is of step \(step)")
  }

  private func load(
    _ plan: TrainingPlan, into arena: ParameterArena, of model: Model, _ experiment: Experiment
  ) throws -> Experiment {
    var experiment = experiment
    try plan.checkpoint?.restore(arena)
    guard let weights = plan.weights else { return experiment }
    guard command.skipsMismatch else {
      experiment.initialWeights = try weights.load(into: arena, of: model)
      return experiment
    }
    let (digest, left) = try weights.loadWhatFits(into: arena, of: model)
    experiment.initialWeights = digest
    if !left.isEmpty {
      let names = left.prefix(6).joined(separator: ", ") + (left.count > 6 ? ", …" : "")
      say("\(left.count) of \(arena.layout.entries.count) tensors begin as without --weights: \(names)")
    }
    return experiment
  }

  // MARK: - The folder to write into

  private func prepare(_ plan: TrainingPlan, _ start: TrainingStart, isRecalled: Bool, threads: Int) throws
    -> RunRecorder
  {
    let lock = try plan.lock ?? plan.folder.create()
    let isChanged = isRecalled || plan.checkpoint.map { $0.experiment != start.experiment } ?? false
    return RunRecorder(
      plan.folder, configuration: configuration(start), lock: lock, isChanged: isChanged,
      session: RunSession(Program.command, on: communicator, threads: threads))
  }

  private func configuration(_ start: TrainingStart) -> RunConfiguration {
    RunConfiguration(
      experiment: start.experiment, schedule: start.schedule, openblas: OpenBLAS.identity,
      openblasReplaced: KernelChoice(world.environment).replaced, vectors: VectorWidth.name, shadow: start.shadow,
      version: Program.version)
  }

  /// `20261123-211704`, in UTC.
  static func timestamp() -> String {
    let style = Date.ISO8601FormatStyle(dateSeparator: .omitted, dateTimeSeparator: .space, timeSeparator: .omitted)
    return Date.now.formatted(style).replacing(" ", with: "-").replacing("Z", with: "")
  }
}
