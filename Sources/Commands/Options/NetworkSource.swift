import KerasFiles
import Runs

/// Where a trained network is: in a run, in one of its checkpoints, or in a file of weights.
struct NetworkSource {
  private enum Place {
    case run(String)
    case checkpoint(String)
    /// In a file; nil for those beside the network in `--model`.
    case weights(String?)
  }

  private let place: Place
  private let model: ModelOption?

  /// The options that it is read from.
  static let options = [
    Option("--run", "DIR", "the latest checkpoint of a run"),
    Option("--checkpoint", "FILE", "one checkpoint"),
    Option("--weights", "FILE", "a safetensors, .keras or .h5 file with the model's values"),
    ModelOption.option("the network of --weights, or with its own: "),
  ]

  /// Reads the command line.
  ///
  /// - Parameter purpose: what it is named for: `what to evaluate`.
  /// - Throws: `UsageError` where no place is named, or several.
  init(_ arguments: Arguments, _ purpose: String) throws(UsageError) {
    var places = [
      arguments.string("--run").map(Place.run), arguments.string("--checkpoint").map(Place.checkpoint),
      arguments.string("--weights").map(Place.weights),
    ].compactMap(\.self)
    model = try ModelOption(arguments)
    if places.isEmpty, case .file = model { places = [.weights(nil)] }
    guard places.count == 1, let place = places.first else {
      throw UsageError("name \(purpose) by one of --run, --checkpoint, --weights and --model with a file")
    }
    self.place = place
    if isRun, model != nil { throw UsageError("--model goes with --weights alone, or has its own") }
  }

  /// The files that it is read from, as far as the command line names them.
  var files: [String] {
    let own: [String] =
      switch place {
      case .run: []
      case .checkpoint(let path): [path]
      case .weights(let path): path.map { [$0] } ?? []
      }
    return if case .file(let path) = model { own + [path] } else { own }
  }

  /// Whether it is a run or a checkpoint of one, which know their data set.
  var isRun: Bool { if case .weights = place { false } else { true } }

  /// Opens it: the tensors, and the experiment with their network, its data set and what became of samples.
  ///
  /// - Parameter isJudged: whether what the network was compiled with counts; see below.
  /// - Throws: `FileError` where a file is missing or broken, `UsageError` where no values are named.
  func open(isJudged: Bool = true) throws -> (file: WeightsFile, experiment: Experiment) {
    switch place {
    case .weights(let path):
      let (_, values, experiment) = try Self.network(model, valuesIn: path, isJudged: isJudged)
      guard let values else { throw UsageError("--model has a network alone: name its values with --weights") }
      return (values, experiment)
    case .checkpoint(let path):
      let checkpoint = try Checkpoint(path)
      return (.safetensors(checkpoint.file), checkpoint.experiment)
    case .run(let folder):
      let checkpoint = try RunFolder(folder).newestCheckpoint { Program.complain($0) }
      return (.safetensors(checkpoint.file), checkpoint.experiment)
    }
  }

  /// The network that `model` names, its values in the file at `path` or beside it, and what it was compiled with: that says
  /// what to measure; how it was to be trained is of no interest.
  ///
  /// - Returns: the network's file, nil for one that we have; and no values where there are none.
  /// - Throws: `FileError` where a file is missing or broken, or is of another network.
  static func network(
    _ model: ModelOption?, valuesIn path: String?, isJudged: Bool
  ) throws -> (described: ModelFile?, values: WeightsFile?, experiment: Experiment) {
    var experiment = Experiment()
    let described = try model?.apply(to: &experiment)
    if let described {
      var compiled = experiment
      do {
        for notice in try compiled.adopt(compilationOf: described, unless: { $0 == "--optimizer" }) {
          Program.complain(UsageError(notice))
        }
        experiment = compiled
      } catch {
        guard !isJudged else { throw error }
        Program.complain(UsageError("\(error.description); of no effect here"))
        if let compilation = described.compilation { experiment.adopt(outputsOf: compilation) }
      }
    }
    let values = try path.map { try WeightsFile($0, of: described) } ?? described.flatMap { WeightsFile(in: $0) }
    return (described, values, experiment)
  }
}
