import Collectives
import Datasets
import Doctor
import Files
import FoundationEssentials
import KerasFiles
import Kernels
import Models
import Reports
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
    let readers = DataReaders(
      team: try communicator.makeHostTeam(), threads: threads, environment: world.environment)
    let (data, model) = try world.together { [experiment = start.experiment] in
      try experiment.open(command.data, readers)
    }
    try communicator.expectSameSamples(data.training, "training samples")
    try communicator.expectSameSamples(data.validation, "validation samples")
    try communicator.together {
      try start.experiment.check(data)
      try start.experiment.checkRules(of: model)
      let head = try start.experiment.head(of: model, for: data.training)
      for samples in [data.training, data.validation] { try start.experiment.checkTargets(of: samples, for: head) }
    }
    // A run that an older version began keeps its own word for the same samples.
    if start.experiment.datasetDigest.isEmpty { start.experiment.datasetDigest = data.digest }
    try communicator.together { try start.setScheduleLength(samples: data.training.count) }
    if communicator.rank == 0, let notice = start.scheduleNotice(samples: data.training.count) { say(notice) }
    // Every rank has the same samples, and their statistics come from sums without an error: the same on all.
    if start.experiment.lacksNormalization {
      start.experiment.normalization = try world.together { [kind = start.experiment.normalize] in
        try Normalization(kind, of: data.training, threads: threads)
      }
    }

    if let weights = command.classWeights {
      start.experiment.classWeights = try world.together { try weights.resolved(for: data.training) }
    }

    if world.share == nil {
      try World.warn(of: threads, cores, training: start.experiment, communicator)
      var intent = Scene.Intent()
      (intent.run, intent.threads) = (plan?.folder.path, threads)
      intent.expect(model, start.experiment, samples: data.training.count, threads: threads)
      try world.tellOfHazards(intent)
    }
    let need = MemoryNeed(
      training: model, experiment: start.experiment, samples: data.training.count,
      judged: start.schedule.validateEvery > 0 ? data.validation.count : 0, communicator: communicator,
      threads: threads, keepsShadow: start.schedule.shadowEvery > 0, budget: world.memoryBudget(command.memory))
    try communicator.together { try need.check() }

    // The numbers to start from: by seed on each rank, or from rank 0's file.
    let arena = Trainer.arena(for: model, experiment: start.experiment)
    model.initialize(arena.values.buffer, seed: start.experiment.seed)
    if model.beginsWithSamples && !start.isFromFile {
      try world.together { [preparation = start.experiment.preparation] in
        try model.whiten(arena.values.buffer, with: data.training, preparation)
      }
    }
    let shadow = communicator.nodes[communicator.rank] == communicator.rank ? start.shadow.flatMap(Shadow.init) : nil
    let recalled = try Recollection(in: shadow, of: start.experiment, after: start.state.step, communicator)
    if let recalled {
      if communicator.rank == 0 { tell(of: recalled, instead: start.state.step) }
      start.state = recalled.state
    }
    try communicator.together {
      if plan?.checkpoint == nil {
        start.experiment.network = try model.kerasDocument()
        start.experiment.classNames = data.training.classNames
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

    let lines = command.isJSON && world.share == nil ? plan.map { RunLines(folder: $0.folder.path) } : nil
    let console = plan.map {
      Console(folder: $0.folder.path, isQuiet: world.isQuiet || command.isJSON, environment: world.environment)
    }
    let recorder = try communicator.together {
      if communicator.stop.isMade { throw Stopped() }
      // Beside the communicator: the others have a deadline.
      return try plan.map { [start] plan in
        try communicator.aside { try prepare(plan, start, isRecalled: recalled != nil, threads: threads) }
      }
    }
    console?.didStart(
      start.experiment, model: model, data: data, communicator: communicator, threads: threads, step: start.state.step,
      blas: KernelChoice(world.environment).description + ", loops for \(VectorWidth.name)")
    let lastStep = start.lastStep(samples: data.training.count)
    lines?.didStart(
      start.experiment, model: model, data: data, session: TrainingReport.session(communicator, threads: threads),
      step: start.state.step, lastStep: lastStep)
    let events = plan.flatMap { plan in
      start.schedule.tensorboard
        ? TensorBoardLog(
          folder: plan.folder.path, experiment: start.experiment, model: model, validationSamples: data.validation)
        : nil
    }
    let report = plan.map { plan in
      TrainingReport(
        plan.folder, configuration: configuration(start), model: model, data: data, on: command.live,
        token: token, tellOfPort: command.isJSON ? { Output.error($0 + "\n") } : { Output.line($0) })
    }
    let observers: [(any TrainingObserver)?] = [console, lines, events, report?.writer]
    let trainer = try Trainer(
      experiment: start.experiment, schedule: start.schedule, data: data, model: model, arena: arena,
      state: start.state, communicator: communicator, threads: threads, waves: need.waves,
      isProfiling: command.isProfiling, keepsVerdicts: true, pausingAfter: pause, recorder: recorder,
      shadow: shadow, observers: observers.compactMap(\.self))
    let end = Result { try trainer.run() }
    if case .failure(let error) = end, error is CollectiveError {
      report?.didEnd(trainer.state, of: lastStep, arena)
    } else if let report {
      try communicator.aside { report.didEnd(trainer.state, of: lastStep, arena) }
    }
    if case .failure(let error) = end, !(error is Stopped) {
      events?.didEnd(succeeded: false)
      throw error
    }
    if command.isProfiling {
      let profile = try trainer.profile()
      if let plan { try communicator.aside { try profile.writeTrace(to: plan.folder.tracePath) } }
      console?.show(profile)
    }
    try end.get()
    events?.didEnd(succeeded: true)
    console?.didEnd(trainer.state)
    lines?.didEnd(trainer.state)
  }

  /// Tells the user, unless the run is one of many, whose options were looked at before.
  private func say(_ notice: String) {
    if world.share == nil { Program.complain(UsageError(notice)) }
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
    if let weights = plan.weights { experiment.initialWeights = try weights.load(into: arena, of: model) }
    return experiment
  }

  private func prepare(_ plan: TrainingPlan, _ start: TrainingStart, isRecalled: Bool, threads: Int) throws
    -> RunRecorder
  {
    let lock = try plan.lock ?? plan.folder.create()
    let isChanged = isRecalled || plan.checkpoint.map { $0.experiment != start.experiment } ?? false
    return RunRecorder(
      plan.folder, configuration: configuration(start), lock: lock, isChanged: isChanged,
      session: TrainingReport.session(communicator, threads: threads))
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
