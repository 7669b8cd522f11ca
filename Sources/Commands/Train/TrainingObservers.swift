import Collectives
import Datasets
import HTTP
import Kernels
import Models
import Reports
import Runs
import Tensors
import Training

/// All that rank 0 shows of a run: lines on the terminal or for programs, TensorBoard's events, and the report.
struct TrainingObservers {
  let console: Console
  private let lines: RunLines?
  private let events: TensorBoardLog?
  private let report: TrainingReport

  /// Tells that the run in `folder` goes on from `step`.
  init(
    _ command: TrainCommand, in world: World, _ folder: RunFolder, _ configuration: RunConfiguration, model: Model,
    data: TrainingData, from step: Int, of lastStep: Int, threads: Int, token: AccessToken?
  ) {
    let experiment = configuration.experiment
    console = Console(
      folder: folder.path, isQuiet: world.isQuiet || command.isJSON, environment: world.environment)
    console.didStart(
      experiment, model: model, data: data, communicator: world.communicator, threads: threads, step: step,
      blas: KernelChoice(world.environment).description + ", loops for \(VectorWidth.name)")
    lines = command.isJSON && world.share == nil ? RunLines(folder: folder.path) : nil
    lines?.didStart(
      experiment, model: model, data: data,
      session: RunSession(Program.command, on: world.communicator, threads: threads),
      step: step, lastStep: lastStep)
    events =
      configuration.schedule.tensorboard && step < lastStep
      ? TensorBoardLog(
        folder: folder.path, experiment: experiment, model: model, validationSamples: data.validation)
      : nil
    report = TrainingReport(
      folder, configuration: configuration, model: model, data: data, on: command.live, token: token,
      tellOfPort: command.isJSON ? { Output.error($0 + "\n") } : { Output.line($0) })
  }

  /// Those that hear of each step and epoch.
  var all: [any TrainingObserver] {
    let all: [(any TrainingObserver)?] = [console, lines, events, report.writer]
    return all.compactMap(\.self)
  }

  /// Writes into the report how it ended, well or not.
  func closeReport(_ state: TrainingState, _ arena: ParameterArena, of lastStep: Int) {
    report.didEnd(state, of: lastStep, arena)
  }

  /// The run failed.
  func didFail() { events?.didEnd(succeeded: false) }

  /// The run is over, or at the end of the epochs that were asked for.
  func didEnd(_ state: TrainingState) {
    events?.didEnd(succeeded: true)
    console.didEnd(state)
    lines?.didEnd(state)
  }
}
