import Files
import Kernels
import Tensors

/// Writes a run's metrics, journal and checkpoints into its folder. Only rank 0 has one.
///
/// A checkpoint is written beside the training. Where the disk refuses one, the run goes on and tries again with the next; only
/// at the end is it an error.
public final class RunRecorder {
  private let folder: RunFolder
  private let configuration: RunConfiguration
  private let lock: RunLock
  private let isChanged: Bool
  private let session: RunSession?
  private var metrics: MetricsLog?
  private var journal: JournalLog?
  /// The checkpoint that is being written.
  private var writer: CheckpointWriter?
  /// The newest step of which there is a checkpoint on the disk; nil for none in this session.
  private var written: Int?

  /// Writes into `folder`, which exists and is ours.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - configuration: what the run is.
  ///   - lock: the right to write there, kept as long as this lives.
  ///   - isChanged: whether the run goes on from anything else than its newest checkpoint tells of.
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
  /// go on from. Where the schedule is changed, or the state comes from memory, a checkpoint is written: what follows follows from that.
  package func open(_ arena: ParameterArena, _ state: TrainingState) throws {
    try lock.sign()
    metrics = try MetricsLog(folder.metricsPath, continuing: state)
    if configuration.schedule.journal {
      let wasKept = folder.holdsRun ? try folder.load().schedule.journal : false
      journal = try JournalLog(folder.journalPath, continuing: state.step, wasKept: wasKept)
    }
    if !folder.holdsRun { try write(arena, state) }
    try folder.save(configuration)
    if isChanged {
      try write(arena, state)
    } else if !folder.isLinked(latest: state.step, best: state.best?.step) {
      try folder.link(latest: state.step, best: state.best?.step)
    }
    written = state.step
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

  // MARK: - Checkpoints

  /// The newest checkpoint that is on the disk; nil for none. What is being written is waited for, for a moment.
  package var newestPath: String? {
    settle()
    return written.map(folder.checkpointPath)
  }

  /// Begins to write a checkpoint of `state`, when the one before is through. Nothing of `arena` may change until `letGo`.
  ///
  /// - Throws: `FileError` where another process has taken the run over.
  package func begin(_ arena: ParameterArena, _ state: TrainingState) throws {
    finishWriter()
    try lock.check(isDue: true)
    do {
      try settleLines()
    } catch {
      return Self.tell(error, of: state.step)
    }
    let failed = { Self.tell($0, of: state.step) }
    writer = CheckpointWriter(of: state.step, failed: failed) { [self] didRead, willReplace in
      try store(arena, state, didRead: didRead, willReplace: willReplace)
    }
  }

  /// Says whether the checkpoint that was begun is to be one of the run's: that all ranks agree.
  package func decide(_ isWanted: Bool) { writer?.decide(isWanted) }

  /// Whether the arena must not change yet.
  package var isReading: Bool { writer?.isReading ?? false }

  /// Waits until the arena may change. What was begun must be decided on.
  package func letGo() { writer?.waitUntilRead() }

  /// Waits until nothing is being written, and makes sure that there is a checkpoint of `state`, at which the run ends.
  ///
  /// - Throws: `FileError` where the disk refuses.
  package func finish(_ arena: ParameterArena, _ state: TrainingState) throws {
    finishWriter()
    do {
      if written != state.step { try write(arena, state) }
      try settleLines()
    } catch let error as FileError where error.kind == .missing {
      // A folder that vanishes while the run is on is the disk's failure, and not the user's slip.
      throw FileError(.failed, error.path, error.message)
    }
  }

  /// Waits a moment for what is being written, as the process is about to end; what nobody has decided on is dropped.
  package func settle() {
    writer?.decide(false)
    if writer?.wait(atMost: .seconds(3)) != nil { finishWriter() }
  }

  private func finishWriter() {
    guard let writer else { return }
    writer.decide(false)
    if writer.wait() { written = writer.step }
    self.writer = nil
  }

  private static func tell(_ error: any Error, of step: Int) {
    Remark.make(.checkpoints, "\(error): step \(step) has no checkpoint, the run goes on, and the next one tries again")
  }

  /// Writes a checkpoint of `state` here and now.
  private func write(_ arena: ParameterArena, _ state: TrainingState) throws {
    try settleLines()
    try store(arena, state)
    written = state.step
  }

  /// What a checkpoint goes on from is in its place before it.
  private func settleLines() throws(FileError) {
    try metrics?.settle()
    try journal?.settle()
  }

  /// Writes a checkpoint of `state` on whatever thread.
  private func store(
    _ arena: ParameterArena, _ state: TrainingState, didRead: () -> Void = {}, willReplace: () throws -> Void = {}
  ) throws {
    try Checkpoint.write(
      folder.checkpointPath(step: state.step), arena: arena, experiment: configuration.experiment, state: state,
      blas: OpenBLAS.identity, didRead: didRead
    ) {
      // Many a file system says only here that it is full.
      try metrics?.flush()
      try journal?.flush()
      try willReplace()
    }
    try folder.link(latest: state.step, best: state.best?.step)
  }
}
