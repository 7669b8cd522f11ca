import Collectives
import Datasets
import Files
import Models
import Runs
import Tensors

/// A step of a run, computed again by this process alone from the newest checkpoint before it. Each step on the way is
/// checked against what the run wrote down. Nothing is written.
public struct Replay {
  /// What it starts from.
  public let checkpoint: Checkpoint
  /// What the run's folder says of it.
  public let configuration: RunConfiguration

  private let step: Int
  private let records: StepRecords

  /// Prepares to replay `step`, counted as the metrics count it, of the run in `folder`; `damaged` hears of each
  /// checkpoint that would have been nearer but is not whole.
  ///
  /// - Throws: `FileError`, missing where there is no run, or no checkpoint before the step.
  public init(_ folder: RunFolder, step: Int, damaged: (FileError) -> Void) throws(FileError) {
    configuration = try folder.loadExisting()
    let kept = try folder.checkpoints().map(\.step)
    guard kept.contains(where: { $0 < step }) else {
      let way = kept.first.map { "from those that were kept, step \($0 + 1) and all later ones can be replayed" }
      throw FileError(
        .missing, folder.checkpointsPath, "there is no checkpoint before step \(step)\(way.map { ": \($0)" } ?? "")")
    }
    checkpoint = try folder.newestCheckpoint(of: configuration.experiment, before: step, damaged: damaged)
    records = try StepRecords(folder)
    self.step = step
  }

  /// What came of the step itself.
  public struct Outcome {
    /// Its loss and accuracy, before the update.
    public let metrics: StepMetrics
    /// Its tensors' hashes.
    public let entry: JournalEntry
  }

  /// Takes all steps from the checkpoint up to the one that was asked for.
  ///
  /// - Parameters:
  ///   - data: what the run trains on.
  ///   - model: the run's network.
  ///   - threads: how many compute threads to use.
  ///   - waves: as `MemoryNeed` has planned them.
  ///   - didCheck: hears first of the checkpoint, then of every step.
  public func run(
    data: TrainingData, model: Model, threads: Int, waves: Waves? = nil, didCheck: @escaping (ReplayCheck) -> Void
  ) throws -> Outcome {
    let arena = Trainer.arena(for: model, experiment: checkpoint.experiment)
    try checkpoint.restore(arena)
    didCheck(try records.check(values: JournalEntry(step: checkpoint.state.step, of: arena)))

    var schedule = Schedule()
    schedule.steps = step
    schedule.validateEvery = 0
    schedule.onNan = .skip  // what stopped the run is to be seen; what it left out is left out again
    let observer = ReplayObserver(arena, records, didCheck)
    try Trainer(
      experiment: checkpoint.experiment, schedule: schedule, data: data, model: model, arena: arena,
      state: checkpoint.state, communicator: SoloCommunicator(), threads: threads, waves: waves, recorder: nil,
      observers: [observer]
    ).run()
    guard let outcome = observer.outcome else { preconditionFailure("a step follows every checkpoint before it") }
    return try outcome.get()
  }
}

/// Checks each step that the trainer has taken.
private final class ReplayObserver: TrainingObserver {
  /// The last step, or the first error.
  private(set) var outcome: Result<Replay.Outcome, any Error>?

  private let arena: ParameterArena
  private let records: StepRecords
  private let didCheck: (ReplayCheck) -> Void

  init(_ arena: ParameterArena, _ records: StepRecords, _ didCheck: @escaping (ReplayCheck) -> Void) {
    self.arena = arena
    self.records = records
    self.didCheck = didCheck
  }

  func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) {
    if case .failure = outcome { return }
    outcome = Result {
      let entry = JournalEntry(step: step.step, of: arena, isSkipped: step.skipped != nil)
      didCheck(try records.check(entry, step))
      return Replay.Outcome(metrics: step, entry: entry)
    }
  }
}
