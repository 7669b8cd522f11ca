import Kernels
import Tensors

/// Writes a run's metrics, journal and checkpoints into its folder. Only rank 0 has one.
public final class RunRecorder {
  private let folder: RunFolder
  private let configuration: RunConfiguration
  private let lock: RunLock
  private let isChanged: Bool
  private let session: RunSession?
  private var metrics: MetricsLog?
  private var journal: JournalLog?

  /// Writes into `folder`, which exists and is ours.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - configuration: what the run is.
  ///   - lock: the right to write there, kept as long as this lives.
  ///   - isChanged: whether the run goes on with another schedule than its checkpoint tells of.
  ///   - session: how it is computed, to be noted; nil for nothing.
  public init(
    _ folder: RunFolder, configuration: RunConfiguration, lock: RunLock, isChanged: Bool = false,
    session: RunSession? = nil
  ) {
    self.session = session
    self.folder = folder
    self.configuration = configuration
    self.lock = lock
    self.isChanged = isChanged
  }

  /// Opens the run where `state` stands. A new run begins to exist with its configuration, once there is a checkpoint to
  /// go on from. Where the schedule is changed, the checkpoint is written again: what follows it follows from that.
  package func open(_ arena: ParameterArena, _ state: TrainingState) throws {
    try lock.sign()
    metrics = try MetricsLog(folder.metricsPath, continuing: state)
    if configuration.schedule.journal {
      let wasKept = folder.holdsRun ? try folder.load().schedule.journal : false
      journal = try JournalLog(folder.journalPath, continuing: state.step, wasKept: wasKept)
    }
    if !folder.holdsRun { try checkpoint(arena, state) }
    try folder.save(configuration)
    if isChanged { try checkpoint(arena, state) }
    if var session {
      session.step = state.step
      folder.note(session)
    }
  }

  /// Appends a line to the metrics, and one to the journal: `arena` is as the step left it.
  package func append(_ step: StepMetrics, _ arena: ParameterArena) throws {
    try lock.check()
    try metrics?.append(step)
    if let journal { try journal.append(JournalEntry(step: step.step, of: arena, isSkipped: step.skipped != nil)) }
  }

  /// Appends a line to the metrics.
  package func append(_ epoch: EpochMetrics) throws {
    try metrics?.append(epoch)
  }

  /// Where the checkpoint of `step` is.
  package func checkpointPath(step: Int) -> String { folder.checkpointPath(step: step) }

  /// Writes a checkpoint of `state`.
  package func checkpoint(_ arena: ParameterArena, _ state: TrainingState) throws {
    try lock.check(isDue: true)
    // What a checkpoint goes on from is on the disk before it: many a file system says only here that it is full.
    try metrics?.flush()
    try journal?.flush()
    let path = folder.checkpointPath(step: state.step)
    try Checkpoint.write(
      path, arena: arena, experiment: configuration.experiment, state: state, blas: OpenBLAS.identity)
    try folder.link(latest: state.step, best: state.best?.step)
  }
}
