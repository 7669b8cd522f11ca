import Kernels
import Tensors

/// Writes a run's metrics and checkpoints into its folder. Only rank 0 has one.
public final class RunRecorder {
  private let folder: RunFolder
  private let configuration: RunConfiguration
  private let lock: RunLock
  private var metrics: MetricsLog?

  /// Writes into `folder`, which exists and is ours.
  public init(_ folder: RunFolder, configuration: RunConfiguration, lock: RunLock) {
    self.folder = folder
    self.configuration = configuration
    self.lock = lock
  }

  /// Opens the run where `state` stands. A new run begins to exist with its configuration, once there is a checkpoint to
  /// go on from.
  func open(_ arena: ParameterArena, _ state: TrainingState) throws {
    metrics = try MetricsLog(folder.metricsPath, continuing: state)
    if !folder.holdsRun { _ = try checkpoint(arena, state) }
    try folder.save(configuration)
  }

  /// Appends a line to the metrics.
  func append(_ line: some Encodable) throws {
    try metrics?.append(line)
  }

  /// Writes a checkpoint of `state` and returns its path.
  func checkpoint(_ arena: ParameterArena, _ state: TrainingState) throws -> String {
    let path = folder.checkpointPath(step: state.step)
    try Checkpoint.write(
      path, arena: arena, experiment: configuration.experiment, state: state, blas: OpenBLAS.identity)
    try folder.link(latest: state.step, best: state.best?.step)
    return path
  }
}
