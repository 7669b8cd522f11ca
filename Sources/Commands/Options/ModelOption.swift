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
      "--model", "MODEL", choices: BuiltInModels.names,
      "\(purpose)\(BuiltInModels.names.joined(separator: ", ")), or a Keras model's .json, .keras or .h5 file (default "
        + "\(BuiltInModels.names[0]))")
  }

  /// Reads the command line; nil where the option is not given.
  ///
  /// - Throws: `UsageError` for what is neither.
  init?(_ arguments: Arguments) throws(UsageError) {
    guard let text = arguments.string("--model") else { return nil }
    if BuiltInModels.names.contains(text) {
      self = .builtIn(text)
    } else if Self.endings.contains(where: text.hasSuffix) || text.contains("/") {
      self = .file(text)
    } else {
      throw UsageError(
        "--model takes \(BuiltInModels.names.joined(separator: ", ")) or a file \(Self.endings.joined(separator: ", ")), got "
          + text)
    }
  }

  /// What the names of files end in; one that has a folder may have any name.
  private static let endings = [".json", ".keras", ".h5", ".hdf5"]

  /// Makes it the experiment's network, and returns the file where it is one.
  ///
  /// - Throws: `FileError` when the file cannot be read or describes no network of ours.
  @discardableResult
  func apply(to experiment: inout Experiment) throws -> ModelFile? {
    switch self {
    case .builtIn(let name):
      try experiment.use(builtIn: name)
      return nil
    case .file(let path):
      let file = try ModelFile(path)
      try experiment.use(file)
      return file
    }
  }
}
