import Files
import Models
import Runs
import Tensors
import Training

/// What `export` is told to write: a run, one of its checkpoints, or a file of weights with its network.
enum ExportSource {
  /// The newest checkpoint of a run, or the best.
  case run(String, isBest: Bool)
  case checkpoint(String)
  /// In a file; nil for those beside the network in `--model`. The shape is for a network that leaves it open.
  case weights(String?, ModelOption, Shape?)

  static let positionals = "(RUN | --run DIR | --checkpoint FILE | --weights FILE --model FILE | --model FILE)"

  static let alternatives = [["--run", "--checkpoint", "--weights"]]

  static let options = [
    Option("--run", "DIR", "a run's folder; the same as RUN"),
    Option(
      "--which", "WHICH", choices: ["latest", "best"], "which of a run's checkpoints: latest or best (default latest)"),
    Option("--checkpoint", "FILE", "one checkpoint"),
    Option("--weights", "FILE", "a safetensors, .keras or .h5 file with the values of --model"),
    Option("--model", "FILE", "a Keras model's .json, .keras or .h5 file, with its own values or those of --weights"),
    ModelOption.shapeOption,
  ]

  /// Reads the command line.
  init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.positionals.count <= 1 else {
      throw UsageError("unexpected argument \(arguments.positionals[1]): export takes one run")
    }
    let isBest = try arguments.choice("--which", of: ["latest", "best"]).map { $0 == "best" }
    let runs = (arguments.positionals + [arguments.string("--run")]).compactMap(\.self)
    let (checkpoint, weights) = (arguments.string("--checkpoint"), arguments.string("--weights"))
    let model = try ModelOption(arguments)
    guard runs.count + (checkpoint == nil ? 0 : 1) + (weights == nil && model == nil ? 0 : 1) == 1 else {
      throw UsageError("name what to export by one of RUN, --run, --checkpoint, and --model with or without --weights")
    }
    if model == nil, arguments.has("--input-shape") { throw ModelOption.surplus("a run knows it") }
    if let run = runs.first {
      self = .run(run, isBest: isBest ?? false)
    } else if isBest != nil {
      throw UsageError("--which goes with a run: name it")
    } else if let checkpoint {
      self = .checkpoint(checkpoint)
    } else if let model {
      guard case .file = model else {
        throw UsageError("--model takes a file here: a built-in network is that of a run, export that")
      }
      self = .weights(weights, model, try ModelOption.shape(arguments))
    } else {
      throw UsageError("--weights needs its network: name it with --model")
    }
  }
}
