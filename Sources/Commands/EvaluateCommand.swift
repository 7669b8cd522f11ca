import Collectives
import Datasets
import Files
import Models
import Training

/// `cnn-dist evaluate`: measures a run, a checkpoint or a file of weights on the validation samples.
struct EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "Measures loss and accuracy on the validation samples."
  static let positionals = "(--run DIR | --checkpoint FILE | --weights FILE)"
  static let isCollective = true
  static let options =
    [
      Option("--run", "DIR", "the latest checkpoint of a run"),
      Option("--checkpoint", "FILE", "one checkpoint"),
      Option("--weights", "FILE", "a safetensors file with the model's values"),
      Option("--model", "NAME", "the network of --weights (default \(BuiltInModels.names[0]))"),
    ] + DatasetOptions.options(standard: "the run's, \(DatasetOptions.names[0]) for --weights") + [
      Option("--slice", "N", "the samples of one unit of work (default 64)"), World.threadsOption,
    ]

  private enum Source {
    case run(String)
    case checkpoint(String)
    case weights(String)
  }

  private let source: Source
  private let model: String?
  private let dataset: String?
  private let data: String?
  private let slice: Int
  private let threads: Int?

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    let sources = [
      arguments.string("--run").map(Source.run), arguments.string("--checkpoint").map(Source.checkpoint),
      arguments.string("--weights").map(Source.weights),
    ].compactMap(\.self)
    guard sources.count == 1, let source = sources.first else {
      throw UsageError("name what to evaluate by one of --run, --checkpoint and --weights")
    }
    self.source = source
    model = try arguments.choice("--model", of: BuiltInModels.names)
    if case .weights = source {} else if model != nil { throw UsageError("--model goes with --weights alone") }
    dataset = try arguments.choice("--dataset", of: DatasetOptions.names)
    data = arguments.string("--data")
    threads = try arguments.integer("--threads", in: World.threadCounts)
    slice = try arguments.integer("--slice", in: Experiment.slices) ?? Experiment().slice
  }

  func run(_ environment: [String: String]) throws {
    try World.run(environment) { communicator in
      let subject = try communicator.together { communicator.rank == 0 ? try open() : nil }
      let names = try communicator.share(subject.map { [$0.model, $0.dataset] })
      let smoothing = try communicator.share(subject.map(\.smoothing))
      let (validation, model) = try communicator.together {
        let validation = try DatasetOptions.open(names[1], folder: data, environment: environment).validation
        let model = try BuiltInModels.model(
          named: names[0], input: validation.sampleShape, classes: validation.classNames.count)
        guard let model else { throw UsageError("there is no model \(names[0])") }
        return (validation, model)
      }
      let digests = try communicator.allGather(validation.digest)
      try communicator.together {
        guard digests[communicator.rank] == digests[0] else {
          throw FileError(.malformed, names[1], "this rank's files differ from those of rank 0")
        }
      }
      let arena = Trainer.arena(for: model, experiment: Experiment())
      try communicator.together { try subject.map { try ModelWeights.load($0.file, into: arena) } }
      try communicator.broadcast(arena.values.buffer, from: 0)
      let threads = try World.threads(threads, communicator, environment)
      let result = try Evaluator(
        model: model, communicator: communicator, slice: slice, smoothing: smoothing, threads: threads
      )
      .evaluate(validation, values: arena.values.buffer.reading, shouldStop: { false })
      if communicator.rank == 0, let result {
        Output.line("loss \(result.loss.fixed(4)) accuracy \(result.accuracy.fixed(4)) samples \(result.samples)")
      }
    }
  }

  /// What rank 0 found: the tensors, the names of their model and data set, and how labels were smoothed.
  private func open() throws -> (file: SafetensorsFile, model: String, dataset: String, smoothing: Float) {
    let checkpoint: Checkpoint
    switch source {
    case .weights(let file):
      return (try SafetensorsFile(file), model ?? Experiment().model, dataset ?? Experiment().dataset, 0)
    case .checkpoint(let file):
      checkpoint = try Checkpoint(file)
    case .run(let folder):
      checkpoint = try RunFolder(folder).newestCheckpoint { Program.complain($0) }
    }
    let experiment = checkpoint.experiment
    return (checkpoint.file, experiment.model, dataset ?? experiment.dataset, experiment.labelSmoothing)
  }
}
