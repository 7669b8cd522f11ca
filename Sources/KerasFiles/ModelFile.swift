import Files
import Layers
import Models
import Tensors

/// A network in a file: the JSON of a Keras model, a `.keras` archive, the `.h5` of a whole model, or a run's `config.json`,
/// which holds a network's JSON.
public struct ModelFile {
  /// The file as the user named it.
  public let path: String
  /// What it describes.
  public let architecture: Architecture
  /// The weights of it; nil where the file describes a network alone.
  public let weights: KerasWeights?
  /// How the model was compiled; nil where the file does not say it.
  public let compilation: CompileInfo?
  /// The description itself.
  private let written: JSONValue

  /// Reads the file at `path`.
  ///
  /// - Throws: `FileError`, missing where there is none, malformed with the place of what we cannot take.
  public init(_ path: String) throws(FileError) {
    self.path = path
    let contents = try KerasContainer(path)
    guard var document = contents.document else {
      throw FileError(
        .malformed, path, "holds weights alone: name their network with --model, and this file with --weights")
    }
    do throws(ModelFormatError) {
      if case .object(let fields) = document, case .object(let experiment) = fields["experiment"] {
        guard let network = experiment["network"] else {
          throw ModelFormatError(
            "experiment.network",
            "is not there, the run has a built-in network: name it, --model \(experiment["model"] ?? nil)")
        }
        document = network
      }
      architecture = try Architecture(keras: document)
      compilation = try contents.compiled.flatMap { compiled throws(ModelFormatError) in try CompileInfo(compiled) }
      written = document
    } catch {
      throw FileError(.malformed, path, error.description)
    }
    weights = contents.weights
  }

  /// The network in the one form that experiments keep, so that equal networks are equal there; as it was written where
  /// neither the file nor `input` says what it takes.
  ///
  /// - Throws: `FileError` naming the layer that cannot take what it is given.
  public func document(input: Shape? = nil) throws(FileError) -> JSONValue {
    guard architecture.inputs.allSatisfy({ $0.shape ?? input != nil }) else { return written }
    let model = try model(input: input)
    do {
      return try model.kerasDocument()
    } catch {
      throw FileError(.malformed, path, error.description)
    }
  }

  /// The network itself, for samples of shape `input` where the file leaves that open.
  ///
  /// - Throws: `FileError` naming the layer that cannot take what it is given.
  public func model(input: Shape? = nil) throws(FileError) -> Model {
    do {
      return try Model(architecture, input: input)
    } catch {
      throw FileError(.malformed, path, error.description)
    }
  }
}
