import Files
import Layers
import Models
import Tensors

/// A network in a file: the JSON of a Keras `Sequential`, or a run's `config.json`, which holds one.
public struct ModelFile: Sendable {
  /// The file as the user named it.
  public let path: String
  /// What it describes.
  public let architecture: Architecture
  /// The description itself.
  private let written: JSONValue

  /// Reads the file at `path`.
  ///
  /// - Throws: `FileError`, missing where there is none, malformed with the place of what we cannot take.
  public init(_ path: String) throws(FileError) {
    self.path = path
    let file = try MappedFile(path)
    do throws(ModelFormatError) {
      var document = try file.withBytes { bytes throws(ModelFormatError) in try JSONValue(json: bytes) }
      if case .object(let fields) = document, case .object(let experiment) = fields["experiment"] {
        guard let network = experiment["network"] else {
          throw ModelFormatError(
            "experiment.network",
            "is not there, the run has a built-in network: name it, --model \(experiment["model"] ?? nil)")
        }
        document = network
      }
      architecture = try Architecture(keras: document)
      written = document
    } catch {
      throw FileError(.malformed, path, error.description)
    }
    try file.check()
  }

  /// The network in the one form that experiments keep, so that equal networks are equal there; as it was written where
  /// neither the file nor `input` says what it takes.
  ///
  /// - Throws: `FileError` naming the layer that cannot take what it is given.
  public func document(input: Shape? = nil) throws(FileError) -> JSONValue {
    guard architecture.input ?? input != nil else { return written }
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
