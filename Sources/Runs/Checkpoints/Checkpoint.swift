import Files
import FoundationEssentials
import Models
import Tensors

/// A run at one step, as one safetensors file: the model's values under Keras's names, then the optimiser's states under
/// `optimizer/NAME/…`, and in the metadata everything that is needed to go on.
///
/// The file has no per-rank state. It is complete when its size and the digests in its metadata say so: one of each tensor, and
/// one of the metadata, with those digests among them.
public struct Checkpoint {
  /// What the run is.
  public let experiment: Experiment
  /// Where it stood.
  public let state: TrainingState
  /// The OpenBLAS version and core type that computed it.
  public let blas: String
  /// The file as the user named it.
  public var path: String { file.path }
  /// Its tensors.
  public let file: SafetensorsFile

  private static let optimizerPrefix = "optimizer/"
  private static let digestKey = "sha256"

  /// How a checkpoint says that its tensors are whole.
  private enum Format: String {
    /// By one SHA-256 over the metadata and all of them.
    case first = "cnn-dist checkpoint 1"
    /// By a SHA-256 of each.
    case second = "cnn-dist checkpoint 2"
    /// By an XXH3 of each: it takes next to no time from the training beside which it is computed.
    case current = "cnn-dist checkpoint 3"

    /// What each tensor's digest is, and where all of them stand in the metadata; nil where there are none.
    var tensorDigests: (algorithm: Digest.Algorithm, key: String)? {
      switch self {
      case .first: nil
      case .second: (.sha256, "tensors_sha256")
      case .current: (.xxh3, "tensors_xxh3")
      }
    }
  }

  /// Writes the arena's values and states at `path`, in one step.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - arena: the values and states, which may change again after `didRead`.
  ///   - experiment: what the run is.
  ///   - state: where it stands.
  ///   - blas: the OpenBLAS version and core type that computed it.
  ///   - didRead: called when the arena is not needed any more.
  ///   - willReplace: called when all is on the disk and the file at `path` is still what it was.
  /// - Throws: `FileError`, or what `willReplace` throws; what was at `path` stays then.
  public static func write(
    _ path: String, arena: ParameterArena, experiment: Experiment, state: TrainingState, blas: String,
    didRead: () -> Void = {}, willReplace: () throws -> Void = {}
  ) throws {
    var writer = SafetensorsWriter()
    for entry in arena.layout.entries {
      writer.add(name: entry.name, shape: entry.shape, floats: arena.values.buffer.part(entry.range).reading)
    }
    for (stateName, storage) in arena.optimizerStates.sorted(by: { $0.key < $1.key }) {
      for entry in arena.layout.entries where !entry.isFixed {
        writer.add(
          name: "\(optimizerPrefix)\(stateName)/\(entry.name)", shape: entry.shape,
          floats: storage.buffer.part(entry.range).reading)
      }
    }
    var metadata = [
      "format": Format.current.rawValue, "step": String(state.step), "epoch": String(state.epoch),
      "seed": String(experiment.seed), "model": experiment.model, "experiment": try JSON.line(experiment),
      "state": try JSON.line(state), "openblas": blas,
    ]
    if let (algorithm, key) = Format.current.tensorDigests { metadata[key] = try JSON.line(writer.digests(algorithm)) }
    metadata[digestKey] = digest(metadata)
    try writer.write(to: path, metadata: metadata, didRead: didRead, willReplace: willReplace)
  }

  /// Opens the checkpoint at `path` and checks its digests.
  ///
  /// - Throws: `FileError` when it is none, or was changed after it was written.
  public init(_ path: String) throws(FileError) {
    file = try SafetensorsFile(path)
    let (metadata, path) = (file.metadata, file.path)
    guard let format = metadata["format"].flatMap(Format.init) else {
      throw FileError(
        .malformed, path,
        "is no checkpoint: its metadata has format \(metadata["format"] ?? "none"), expected \(Format.current.rawValue)"
      )
    }
    let tensors = format == .first ? try file.digest() : ""
    let (found, expected) = (Self.digest(metadata, tensors: tensors), metadata[Self.digestKey] ?? "none")
    guard found == expected else {
      throw FileError(
        .malformed, path,
        "its \(format == .first ? "contents have" : "metadata have") SHA-256 \(found), expected \(expected): the file "
          + "was damaged")
    }
    try Self.checkTensors(of: file, format)
    experiment = try Self.decode(Experiment.self, "experiment", metadata, path)
    state = try Self.decode(TrainingState.self, "state", metadata, path)
    blas = metadata["openblas"] ?? "unknown"
    if let flaw = experiment.flaw ?? state.flaw {
      throw FileError(.malformed, path, "no run has led to this checkpoint: \(flaw) is out of range")
    }
  }

  /// Fills the arena's values and optimiser states.
  ///
  /// - Throws: `FileError` when the tensors are not those of the arena's model, or hold what is no number.
  public func restore(_ arena: ParameterArena) throws(FileError) {
    try ModelWeights.load(file, into: arena.values, places: arena.layout.entries) { $0 }
    for (name, storage) in arena.optimizerStates {
      let learnt = arena.layout.entries.filter { !$0.isFixed }
      try ModelWeights.load(file, into: storage, places: learnt) { "\(Self.optimizerPrefix)\(name)/\($0)" }
    }
  }

  /// Compares each tensor's bytes with its digest in the metadata.
  ///
  /// - Throws: `FileError` naming the first that was damaged, or has none.
  private static func checkTensors(of file: SafetensorsFile, _ format: Format) throws(FileError) {
    guard let (algorithm, key) = format.tensorDigests else { return }
    let digests = try decode([String: String].self, key, file.metadata, file.path)
    for entry in file.entries {
      let (found, expected) = (try file.digest(of: entry, algorithm), digests[entry.name] ?? "none")
      guard found == expected else {
        throw FileError(
          .malformed, file.path, offset: file.offset(of: entry),
          "tensor \(entry.name) has \(algorithm) \(found), expected \(expected): the file was damaged")
      }
    }
  }

  /// SHA-256 over the metadata, the digest itself left out, and what older versions had of the tensors.
  private static func digest(_ metadata: [String: String], tensors: String = "") -> String {
    let lines = metadata.filter { $0.key != digestKey }.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }
    return Array((lines.joined() + tensors).utf8).withUnsafeBytes { Digest.of($0) }
  }

  private static func decode<T: Decodable>(
    _ type: T.Type, _ key: String, _ metadata: [String: String], _ path: String
  ) throws(FileError) -> T {
    guard let text = metadata[key] else { throw FileError(.malformed, path, "has no \(key) in its metadata") }
    do {
      return try JSON.decode(type, text)
    } catch {
      throw FileError(.malformed, path, "the \(key) in its metadata cannot be read: \(error)")
    }
  }
}
