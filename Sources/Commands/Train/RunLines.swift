import Datasets
import Models
import Runs
import Training

/// What `train --json` prints on the standard output, an object a line: how the run starts, every epoch as `metrics.jsonl` has
/// it, and how it ends. A run that is stopped or fails has no end; its exit code says which.
final class RunLines: TrainingObserver {
  private let folder: String

  /// Tells of the run in `folder`.
  init(folder: String) { self.folder = folder }

  func didStart(
    _ experiment: Experiment, model: Model, data: TrainingData, session: RunSession, step: Int, lastStep: Int
  ) {
    show(
      Start(
        run: folder, ranks: session.hosts.values.reduce(0, +), dataset: data.training.name,
        trainingSamples: data.training.count,
        validationSamples: data.validation.count, model: model.name, parameters: model.parameterCount,
        batchSize: experiment.batchSize, slice: experiment.slice, seed: experiment.seed,
        reduction: experiment.reduction.rawValue, step: step, lastStep: lastStep, session: session))
  }

  func didFinish(_ step: StepMetrics, of stepsPerEpoch: Int, lastStep: Int) {}

  func didFinish(_ epoch: EpochMetrics, _ end: EpochEnd) { show(epoch) }

  func didEnd(_ state: TrainingState) {
    show(
      End(
        run: folder, step: state.step, epoch: state.epoch, best: state.best, skippedSteps: state.skipped?.steps ?? 0,
        stoppedEarly: state.hasStoppedEarly))
  }

  private func show(_ object: some Encodable) {
    do { Output.line(try JSON.line(object)) } catch { Program.complain(error) }
  }

  private struct Start: Encodable {
    let kind = "start"
    let run: String
    let ranks: Int
    let dataset: String
    let trainingSamples: Int
    let validationSamples: Int
    let model: String
    let parameters: Int
    let batchSize: Int
    let slice: Int
    let seed: UInt64
    let reduction: String
    /// The step that it goes on after; 0 for a new run.
    let step: Int
    let lastStep: Int
    let session: RunSession
  }

  private struct End: Encodable {
    let kind = "end"
    let run: String
    let step: Int
    let epoch: Int
    let best: TrainingState.Best?
    let skippedSteps: Int
    let stoppedEarly: Bool
  }
}
