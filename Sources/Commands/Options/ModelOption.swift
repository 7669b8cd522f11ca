import KerasFiles
import Models
import Runs
import Training

/// What `--model` says: a network that we have, or a file that describes one. Files are read by rank 0 alone.
enum ModelOption {
  case builtIn(String)
  case file(String)

  /// The option itself; `purpose` is what its help begins with.
  static func option(_ purpose: String = "") -> Option {
    Option(
      "--model", "MODEL",
      "\(purpose)\(BuiltInModels.names.joined(separator: ", ")), or a Keras Sequential's .json file (default "
        + "\(BuiltInModels.names[0]))")
  }

  /// Reads the command line; nil where the option is not given.
  ///
  /// - Throws: `UsageError` for what is neither.
  init?(_ arguments: Arguments) throws(UsageError) {
    guard let text = arguments.string("--model") else { return nil }
    if BuiltInModels.names.contains(text) {
      self = .builtIn(text)
    } else if text.hasSuffix(".json") || text.contains("/") {
      self = .file(text)
    } else {
      throw UsageError("--model takes \(BuiltInModels.names.joined(separator: ", ")) or a file .json, got \(text)")
    }
  }

  /// Makes it the experiment's network.
  ///
  /// - Throws: `FileError` when the file cannot be read or describes no network of ours.
  func apply(to experiment: inout Experiment) throws {
    switch self {
    case .builtIn(let name): try experiment.use(builtIn: name)
    case .file(let path): try experiment.use(ModelFile(path))
    }
  }
}
