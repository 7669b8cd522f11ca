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
    let plan = try world.together { world.isSpeaker ? try makePlan() : nil }
    var start = try communicator.share(plan.map(Start.init))

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
      threads: threads, budget: world.memoryBudget(command.memory))
    try communicator.together { try need.check() }

    // The numbers to start from: by seed on each rank, or from rank 0's file.
    let arena = Trainer.arena(for: model, experiment: start.experiment)
    model.initialize(arena.values.buffer, seed: start.experiment.seed)
    try communicator.together {
      if plan?.checkpoint == nil {
        start.experiment.network = try model.kerasDocument()
        start.experiment.classNames = data.training.classNames
        start.experiment.levels = data.training.levels
      }
      try plan.map { try load($0, into: arena, of: model, experiment: &start.experiment) }
    }
    start.experiment = try communicator.share(start.experiment)
    if start.isFromFile {
      try communicator.broadcast(arena.values.buffer, from: 0)
      for (_, state) in arena.optimizerStates.sorted(by: { $0.key < $1.key }) {
        try communicator.broadcast(state.buffer, from: 0)
      }
    }

    let lines = command.isJSON && world.share == nil ? plan.map { RunLines(folder: $0.folder.path) } : nil
    let console = plan.map {
      Console(folder: $0.folder.path, isQuiet: world.isQuiet || command.isJSON, environment: world.environment)
    }
    let recorder = try communicator.together {
      if communicator.stop.isMade { throw Stopped() }
      // Beside the communicator: those outside of a group have a deadline already.
      return try plan.map { [start] plan in
        try communicator.aside { try prepare(plan, start, threads: threads) }
      }
    }
    world.startDeadline()
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
      observers: observers.compactMap(\.self))
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

  /// What rank 0 found in the run folder and on the command line.
  private struct Plan {
    let folder: RunFolder
    let experiment: Experiment
    let schedule: Schedule
    /// What to go on from; nil for a new run.
    let checkpoint: Checkpoint?
    /// The right to write to the folder of a run that is there; nil for a new run.
    let lock: RunLock?
    /// What to start a new run from; nil for the seed alone.
    let weights: WeightsFile?
    /// Where the learning-rate schedule was to end before the command line moved its end; nil where it did not.
    let movedScheduleEnd: Int?
  }

  /// The part of the plan that every rank needs.
  private struct Start: Codable {
    var experiment: Experiment
    let schedule: Schedule
    let state: TrainingState
    let isFromFile: Bool
    let movedScheduleEnd: Int?

    init(_ plan: Plan) {
      experiment = plan.experiment
      schedule = plan.schedule
      state = plan.checkpoint?.state ?? TrainingState()
      isFromFile = plan.checkpoint != nil || plan.weights != nil
      movedScheduleEnd = plan.movedScheduleEnd
    }

    /// Where the run is to end.
    func lastStep(samples: Int) -> Int {
      schedule.lastStep(of: BatchPlan(samples: samples, batchSize: experiment.batchSize))
    }

    /// Ends a learning-rate schedule where the run is to end, unless it has an end already. That may only be moved where the
    /// run would go on without a rate.
    mutating func setScheduleLength(samples: Int) throws(UsageError) {
      guard experiment.schedule.hasLength else { return }
      let steps = lastStep(samples: samples)
      if let before = movedScheduleEnd, let moved = experiment.scheduleSteps {
        guard steps > before else {
          throw UsageError(
            "the schedule ends at step \(before), and the run at step \(steps): --schedule-steps moves its end only where the run "
              + "is to go on beyond it, with --epochs or --steps")
        }
        guard moved > state.step else {
          throw UsageError("--schedule-steps \(moved) lies behind the run, which has done \(state.step) steps")
        }
      }
      guard experiment.scheduleSteps == nil else { return }
      guard steps > experiment.warmUp else {
        throw UsageError("--warm-up \(experiment.warmUp) leaves nothing of a run of \(steps) steps to the schedule")
      }
      experiment.scheduleSteps = steps
    }

    /// What to tell of a schedule that ends before the run does; nil where it does not.
    func scheduleNotice(samples: Int) -> String? {
      let steps = lastStep(samples: samples)
      guard experiment.schedule.hasLength, let end = experiment.scheduleSteps, end < steps, state.step < steps else {
        return nil
      }
      return
        "the \(experiment.schedule.rawValue) schedule \(end > state.step ? "ends" : "has ended") at step \(end), the run ends "
        + "at step \(steps): the steps between have a learning rate of 0; --schedule-steps \(steps) would end them together"
    }
  }

  private func makePlan() throws -> Plan {
    command.resume ? try planToResume() : try planToStart()
  }

  private func planToStart() throws -> Plan {
    let (experiment, schedule, file) = try command.makeRun(notice: say)
    let folder = RunFolder(command.run ?? "runs/\(experiment.dataset)-\(experiment.model)-\(Self.timestamp())")
    try folder.refuseExistingRun()
    return Plan(
      folder: folder, experiment: experiment, schedule: schedule, checkpoint: nil, lock: nil,
      weights: try command.weights.map { try WeightsFile($0, of: file) } ?? file.flatMap { WeightsFile(in: $0) },
      movedScheduleEnd: nil)
  }

  /// Tells the user, unless the run is one of many, whose options were looked at before.
  private func say(_ notice: String) {
    if world.share == nil { Program.complain(UsageError(notice)) }
  }

  private func planToResume() throws -> Plan {
    let folder = RunFolder(command.run ?? "")
    let configuration = try folder.load()
    var (experiment, schedule) = (configuration.experiment, configuration.schedule)
    try command.apply(to: &experiment)
    try command.apply(to: &schedule)
    try command.model?.apply(to: &experiment)
    // The end of a schedule may be moved; whether the run goes on beyond it is known with the data.
    let end = configuration.experiment.scheduleSteps
    let isMoved = experiment.scheduleSteps != end && experiment.isOfOneRun(with: configuration.experiment)
    let differences = experiment.differences(from: configuration.experiment)
    guard differences.isEmpty || isMoved else {
      throw UsageError(
        "\(folder.path) holds a run of another kind (\(differences.joined(separator: "; "))): leave these options out to go "
          + "on with it, or start a new run in another --run folder")
    }
    let lock = try folder.lock()
    let checkpoint = try folder.newestCheckpoint { Program.complain($0) }
    guard checkpoint.experiment.isOfOneRun(with: experiment) else {
      throw FileError(
        .malformed, checkpoint.path,
        "is of another run (\(checkpoint.experiment.differences(from: experiment).joined(separator: "; ")))")
    }
    if checkpoint.blas != OpenBLAS.identity {
      Program.complain(
        UsageError(
          "the run was computed with OpenBLAS \(checkpoint.blas), this is \(OpenBLAS.identity): its bits will differ from "
            + "those of an uninterrupted run"))
    }
    return Plan(
      folder: folder, experiment: experiment, schedule: schedule, checkpoint: checkpoint, lock: lock, weights: nil,
      movedScheduleEnd: isMoved ? end : nil)
  }

  private func load(
    _ plan: Plan, into arena: ParameterArena, of model: Model, experiment: inout Experiment
  ) throws {
    try plan.checkpoint?.restore(arena)
    if let weights = plan.weights { experiment.initialWeights = try weights.load(into: arena, of: model) }
  }

  private func prepare(_ plan: Plan, _ start: Start, threads: Int) throws -> RunRecorder {
    let lock = try plan.lock ?? plan.folder.create()
    let isChanged = plan.checkpoint.map { $0.experiment != start.experiment } ?? false
    return RunRecorder(
      plan.folder, configuration: configuration(start), lock: lock, isChanged: isChanged,
      session: TrainingReport.session(communicator, threads: threads))
  }

  private func configuration(_ start: Start) -> RunConfiguration {
    RunConfiguration(
      experiment: start.experiment, schedule: start.schedule, openblas: OpenBLAS.identity,
      openblasReplaced: KernelChoice(world.environment).replaced, vectors: VectorWidth.name, version: Program.version)
  }

  /// `20261123-211704`, in UTC.
  static func timestamp() -> String {
    let style = Date.ISO8601FormatStyle(dateSeparator: .omitted, dateTimeSeparator: .space, timeSeparator: .omitted)
    return Date.now.formatted(style).replacing(" ", with: "-").replacing("Z", with: "")
  }
}
