import Files
import KerasFiles
import Models
import Runs

extension RunReport {
  /// Reads what the files of a run tell, its newest checkpoint among them, where there is one.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - damaged: hears of each file that cannot be read, and is left out.
  /// - Throws: `FileError`, missing where there is no run.
  public static func read(
    _ folder: RunFolder, damaged: (any Error) -> Void
  ) throws -> (report: RunReport, checkpoint: Checkpoint?) {
    let configuration = try folder.loadExisting()
    let record: ReportRecord
    do {
      record = try ReportRecord(of: folder)
    } catch {
      damaged(error)
      record = ReportRecord()
    }
    var history = try RunHistory(of: folder)
    history.stepsPerEpoch = record.stepsPerEpoch ?? history.stepsPerEpoch
    var report = RunReport(
      path: folder.path, configuration: configuration, sessions: folder.sessions(damaged: damaged), history: history,
      record: record,
      status: .unfinished, written: ReportWriter.now)
    do {
      guard try !folder.checkpoints().isEmpty else { return (report, nil) }
      let checkpoint = try folder.newestCheckpoint(damaged: damaged)
      report.status = status(of: checkpoint.state, configuration.schedule, history)
      if let network = checkpoint.experiment.network {
        try report.take(Model(Architecture(keras: network)), of: checkpoint)
      }
      return (report, checkpoint)
    } catch {
      damaged(error)
      return (report, nil)
    }
  }

  /// Takes the network of a checkpoint, and what is to be shown of its values.
  public mutating func take(_ model: Model, of checkpoint: Checkpoint) throws {
    self.model = model
    weights = (checkpoint.state.step, try ModelWeights.digest(checkpoint.file))
    filters = try FilterGallery(of: model, in: checkpoint.file)
  }

  private static func status(
    of state: TrainingState, _ schedule: Schedule, _ history: RunHistory
  ) -> Status {
    if state.hasStoppedEarly { return .stoppedEarly }
    let last = schedule.steps ?? history.stepsPerEpoch.map { $0 * schedule.epochs }
    return last.map { state.step >= $0 } ?? false ? .finished : .unfinished
  }
}
