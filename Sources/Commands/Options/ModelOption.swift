import KerasFiles
import Models
import Runs
import Tensors
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

  /// The shape of a sample, for a file that leaves it to the data.
  static let shapeOption = Option(
    "--input-shape", "SHAPE", "the shape of a sample, as 32x32x3, for a --model that leaves it open")

  /// Reads the shape; nil where it is not given.
  static func shape(_ arguments: Arguments) throws(UsageError) -> Shape? {
    guard let text = arguments.string("--input-shape") else { return nil }
    guard let extents = text.extents, extents.allSatisfy({ 1...1 << 24 ~= $0 }), 1...4 ~= extents.count,
      extents.reduce(1.0, { $0 * Double($1) }) <= 0x1p48
    else {
      throw UsageError(
        "\(arguments.name("--input-shape")) takes one to four extents, channels last, as 32x32x3, got \(text)")
    }
    return Shape(extents)
  }

  /// The network of a file, for samples of such a shape where it leaves that open.
  ///
  /// - Throws: `UsageError` where the file says another shape itself, `FileError` where it makes no network.
  static func network(of file: ModelFile, for shape: Shape?) throws -> Model {
    if let shape, let own = file.architecture.input, own != shape {
      throw surplus("\(file.path) takes samples of \(own)")
    }
    return try file.model(input: shape)
  }

  /// The shape of samples was given where it is known.
  static func surplus(_ reason: String) -> UsageError {
    UsageError("--input-shape is for the --model of a file that leaves the shape of its samples open: \(reason)")
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
        "\(arguments.name("--model")) takes \(BuiltInModels.names.joined(separator: ", ")) or a file \(Self.endings.joined(separator: ", ")), got "
          + text)
    }
  }

  /// What the names of files end in; one that has a folder may have any name.
  private static let endings = [".json", ".keras", ".h5", ".hdf5"]

  /// Makes it the experiment's network, and returns the file where it is one.
  ///
  /// - Parameters:
  ///   - experiment: what is to have it.
  ///   - open: reads the file at a path.
  /// - Throws: `FileError` when the file cannot be read or describes no network of ours.
  @discardableResult
  func apply(
    to experiment: inout Experiment, opening open: (String) throws -> ModelFile = { try ModelFile($0) }
  ) throws -> ModelFile? {
    switch self {
    case .builtIn(let name):
      try experiment.use(builtIn: name)
      return nil
    case .file(let path):
      let file = try open(path)
      try experiment.use(file)
      return file
    }
  }
}

extension String {
  /// The numbers of `32x32x3`; nil where something else stands between the crosses.
  var extents: [Int]? {
    let parts = split(separator: "x", omittingEmptySubsequences: false)
    let extents = parts.compactMap { Int($0) }
    return extents.count == parts.count ? extents : nil
  }
}
