import Files
import KerasFiles
import Kernels
import Models
import Objectives
import Runs
import Tensors
import Training

/// What is exported: a network with its values, and what is known of how it came to them.
struct ExportSubject {
  /// The network, with what becomes of samples in front of it where that is wanted.
  let model: Model
  /// The values that the network judges by: the running mean of the weights, where there is one.
  let values: FloatStorage
  /// What it was trained by; of a network from a file, what it was compiled with.
  let experiment: Experiment
  /// Where the run stood; nil for a network from a file.
  let state: TrainingState?
  /// The optimizer's states; none for a network from a file, or where they are not wanted.
  let optimizerStates: [String: FloatStorage]
  /// The network paired with its loss; nil where none is known.
  let head: Head?

  /// Reads what `source` names.
  ///
  /// - Parameters:
  ///   - isPreprocessing: whether samples are to be taken as the data set has them.
  ///   - isTraining: whether training is to go on, which takes the optimizer's states.
  /// - Throws: `FileError` for files that are missing or damaged, `UsageError`, `ShapeError`.
  init(_ source: ExportSource, isPreprocessing: Bool, isTraining: Bool) throws {
    switch source {
    case .run(let folder, let isBest):
      let run = RunFolder(folder)
      let checkpoint =
        isBest ? try Checkpoint("\(run.checkpointsPath)/best") : try run.newestCheckpoint { Program.complain($0) }
      try self.init(checkpoint, isPreprocessing, isTraining)
    case .checkpoint(let path): try self.init(try Checkpoint(path), isPreprocessing, isTraining)
    case .weights(let path, let option, let shape): try self.init(option, valuesIn: path, input: shape)
    }
  }

  /// A network from a file, with the values beside it or in the file at `path`, for samples of shape `input` where it leaves that
  /// open.
  private init(_ option: ModelOption, valuesIn path: String?, input: Shape?) throws {
    let (described, file, experiment) = try NetworkSource.network(option, valuesIn: path, isJudged: false)
    guard let described else { throw UsageError("--model takes a file here") }
    guard let file else { throw UsageError("\(described.path) has a network alone: name its values with --weights") }
    model = try ModelOption.network(of: described, for: input)
    let arena = ParameterArena(layout: model.layout)
    try file.fill(arena, of: model, isJudged: true)
    (values, optimizerStates, state) = (arena.values, [:], nil)
    // What it was compiled with says what its outputs are; of an uncompiled one they are what they are.
    var head: Head?
    if experiment.loss != nil {
      do {
        head = try Head(of: model, loss: experiment.loss, targets: Head.targets(suiting: model))
      } catch {
        Program.complain(UsageError("\(described.path): \(error): its outputs are exported as they are"))
      }
    }
    self.head = head
    self.experiment = experiment
  }

  private init(_ checkpoint: Checkpoint, _ isPreprocessing: Bool, _ isTraining: Bool) throws {
    experiment = checkpoint.experiment
    state = checkpoint.state
    guard let network = experiment.network else {
      throw FileError(
        .malformed, checkpoint.path,
        "is of a run that has not kept its network (\(experiment.model)): export it with --weights and --model")
    }
    let model = try Model(Architecture(keras: network))
    let arena = ParameterArena(
      layout: model.layout, optimizerStates: isTraining ? experiment.stateNames(for: model) : [])
    try checkpoint.restore(arena)
    try WeightsFile.safetensors(checkpoint.file).fill(arena, of: model, isJudged: true)
    (values, optimizerStates) = (arena.values, arena.optimizerStates)
    head = try Head(
      of: model, loss: experiment.loss, targets: experiment.targets(of: model), metrics: experiment.metrics)
    self.model = isPreprocessing ? try experiment.preprocessing(model) : model
  }

  /// The names of the classes that outputs stand for; none for other outputs.
  var classNames: [String] {
    let names = experiment.classNames ?? []
    guard state != nil, model.outputs.count == 1 else { return [] }
    let width = model.output.rank == 0 ? 1 : model.output[model.output.rank - 1]
    return width == names.count || width == 1 && names.count == 2 ? names : []
  }
}

extension Experiment {
  /// What the run's targets are, by the classes that it knows and by what its network gives.
  fileprivate func targets(of model: Model) -> TargetKind {
    guard let classNames else { return Head.targets(suiting: model) }
    guard !classNames.isEmpty else { return .values(model.output) }
    // The last axis is that of classes, or of one output that tells two apart; or there is none of the kind.
    let extents = model.output.dimensions
    let hasClassAxis = extents.last == classNames.count || extents.last == 1
    return .classes(classNames.count, positions: Shape(hasClassAxis ? Array(extents.dropLast()) : extents))
  }
}
