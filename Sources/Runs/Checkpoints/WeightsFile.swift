import Files
import KerasFiles
import Models
import Tensors

/// A model's values in a file: safetensors, a checkpoint or one that holds nothing else, or one of Keras's.
public enum WeightsFile {
  /// A safetensors file.
  case safetensors(SafetensorsFile)
  /// One of Keras's, with the network as Keras wrote it, where that is known.
  case keras(KerasWeights, Architecture?)

  /// Opens the file at `path`. Its first bytes tell what it is.
  ///
  /// - Parameters:
  ///   - path: a safetensors, `.keras` or HDF5 file.
  ///   - model: what `--model` says besides, for the places of layers in Keras's files.
  /// - Throws: `FileError`, missing where there is none, malformed where it holds no weights.
  public init(_ path: String, of model: ModelFile? = nil) throws(FileError) {
    if try KerasWeights.isKeras(FileLink.resolve(path)) {
      self = .keras(try KerasWeights(path), model?.architecture)
    } else {
      self = .safetensors(try SafetensorsFile(path))
    }
  }

  /// The weights that stand beside the network in `model`; nil where there are none.
  public init?(in model: ModelFile) {
    guard let weights = model.weights else { return nil }
    self = .keras(weights, model.architecture)
  }

  /// Fills `arena` with the values of `model`, and returns their SHA-256.
  ///
  /// - Throws: as `fill`.
  @discardableResult
  public func load(into arena: ParameterArena, of model: Model) throws(FileError) -> String {
    try fill(arena, of: model)
    return switch self {
    case .safetensors(let file): try ModelWeights.digest(file)
    case .keras: ModelWeights.digest(arena)
    }
  }

  /// Fills `arena` with those values of `model` that the file has in their shapes, and leaves the others as they are: for a
  /// network that goes on from another one's, with other classes for instance.
  ///
  /// - Returns: the SHA-256 of all values, and the names of those that were left.
  /// - Throws: `FileError` where the file has none of them, or one holds what is no number.
  public func loadWhatFits(
    into arena: ParameterArena, of model: Model
  ) throws(FileError) -> (digest: String, left: [String]) {
    var left: [String] = []
    let path: String
    switch self {
    case .safetensors(let file):
      path = file.path
      try ModelWeights.load(file, into: arena) { left.append($0) }
    case .keras(let weights, let architecture):
      path = weights.path
      try weights.load(into: arena.values.buffer, of: model, as: architecture) { left.append($0) }
    }
    guard left.count < arena.layout.entries.count else {
      throw FileError(
        .malformed, path, "has none of the model's \(left.count) tensors in its shape: is it of another model?")
    }
    return (ModelWeights.digest(arena), left)
  }

  /// Fills `arena` with the values of `model`.
  ///
  /// - Parameters:
  ///   - arena: what is filled.
  ///   - model: the network that it is of.
  ///   - isJudged: whether what stands for the weights where they are judged is wanted, where there is such.
  /// - Throws: `FileError` naming the tensor that is missing, has another shape, is not the model's, or holds what is no
  ///   number.
  public func fill(_ arena: ParameterArena, of model: Model, isJudged: Bool = false) throws(FileError) {
    switch self {
    case .safetensors(let file):
      try ModelWeights.load(file, into: arena)
      if isJudged { try ModelWeights.loadJudged(file, into: arena) }
    case .keras(let weights, let architecture):
      try weights.load(into: arena.values.buffer, of: model, as: architecture)
    }
  }
}
