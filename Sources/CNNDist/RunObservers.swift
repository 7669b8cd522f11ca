import Collectives
import Reports
import Runs
import Tensors
import Training

/// What shows a run that `fit` writes, as the program's runs are shown: TensorBoard's events and the report, in its folder. The
/// first rank alone has them.
struct RunObservers {
  private let events: TensorBoardLog
  private let report: ReportWriter

  /// Speaks of the run in `folder`.
  init(_ folder: RunFolder, _ configuration: RunConfiguration, model: Model, data: TrainingData) {
    events = TensorBoardLog(
      folder: folder.path, experiment: configuration.experiment, model: model, validationSamples: data.validation)
    report = ReportWriter(folder, configuration: configuration, model: model, data: data)
  }

  /// Those that hear of each step and epoch.
  var all: [any TrainingObserver] { [events, report] }

  /// Tells how the training ended; the files are complete then.
  func didEnd(_ end: Result<Void, any Error>, _ trainer: Trainer, _ arena: ParameterArena) {
    report.didEnd(
      trainer.state, isOver: trainer.state.step >= trainer.lastStep, weights: ModelWeights.digest(arena))
    switch end {
    case .success: events.didEnd(succeeded: true)
    case .failure(let error): if !(error is Stopped) { events.didEnd(succeeded: false) }
    }
  }
}
