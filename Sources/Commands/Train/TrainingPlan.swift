import Files
import FoundationEssentials
import Kernels
import Runs
import Training

/// What rank 0 found in the run folder and on the command line.
struct TrainingPlan {
  let folder: RunFolder
  let experiment: Experiment
  let schedule: Schedule
  /// What the run's copies in the memory of hosts are called; nil where there are none.
  let shadow: String?
  /// What to go on from; nil for a new run.
  let checkpoint: Checkpoint?
  /// The right to write to the folder of a run that is there; nil for a new run.
  let lock: RunLock?
  /// What to start a new run from; nil for the seed alone.
  let weights: WeightsFile?
  /// Where the learning-rate schedule was to end before the command line moved its end; nil where it did not.
  let movedScheduleEnd: Int?
}

extension TrainingPlan {
  /// Looks at the run folder.
  ///
  /// - Parameters:
  ///   - command: what the user wants.
  ///   - say: hears of what is not as it may be thought, and no error.
  /// - Throws: `UsageError` or `FileError` where the one does not fit the other.
  init(_ command: TrainCommand, say: (String) -> Void) throws {
    self = command.resume ? try Self.toResume(command, say: say) : try Self.toStart(command, say: say)
  }

  private static func toStart(_ command: TrainCommand, say: (String) -> Void) throws -> Self {
    let (experiment, schedule, file) = try command.makeRun(notice: say)
    let folder = RunFolder(
      command.run ?? "runs/\(experiment.dataset)-\(experiment.model)-\(TrainingSession.timestamp())")
    try folder.refuseExistingRun()
    return Self(
      folder: folder, experiment: experiment, schedule: schedule, shadow: shadowName(schedule),
      checkpoint: nil, lock: nil,
      weights: try command.weights.map { try WeightsFile($0, of: file) } ?? file.flatMap { WeightsFile(in: $0) },
      movedScheduleEnd: nil)
  }

  private static func toResume(_ command: TrainCommand, say: (String) -> Void) throws -> Self {
    let folder = RunFolder(command.run ?? "")
    let configuration = try folder.load()
    var (experiment, schedule) = (configuration.experiment, configuration.schedule)
    try command.apply(to: &experiment)
    try command.apply(to: &schedule)
    try command.check(experiment, schedule)
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
    // A job that a queue starts again has the words that it was started with.
    if let weights = command.weights {
      say("the run goes on from its checkpoint: --weights \(weights), which would start a new one, is not read")
    }
    let lock = try folder.lock()
    let checkpoint = try folder.newestCheckpoint(of: experiment) { Program.complain($0) }
    if checkpoint.blas != OpenBLAS.identity {
      Program.complain(
        UsageError(
          "the run was computed with OpenBLAS \(checkpoint.blas), this is \(OpenBLAS.identity): its bits will differ from "
            + "those of an uninterrupted run"))
    }
    return Self(
      folder: folder, experiment: experiment, schedule: schedule,
      shadow: shadowName(schedule, of: configuration), checkpoint: checkpoint, lock: lock, weights: nil,
      movedScheduleEnd: isMoved ? end : nil)
  }

  /// A run that once had copies in memory keeps their name.
  private static func shadowName(_ schedule: Schedule, of configuration: RunConfiguration? = nil) -> String? {
    configuration?.shadow ?? (schedule.shadowEvery > 0 ? Shadow.newName() : nil)
  }
}
