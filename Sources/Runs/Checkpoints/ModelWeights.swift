import Files
import Tensors

/// A model's values in a safetensors file, be it a checkpoint or one that holds nothing else.
public enum ModelWeights {
  /// Whether a tensor belongs to the model, and not to an optimiser.
  public static func contains(_ entry: SafetensorsFile.Entry) -> Bool { !entry.name.hasPrefix("optimizer/") }

  /// SHA-256 over the model's values in file order.
  ///
  /// - Throws: `FileError` when they cannot be read any more.
  public static func digest(_ file: SafetensorsFile) throws(FileError) -> String { try file.digest(where: contains) }

  /// SHA-256 over the arena's values, equal to that of a checkpoint of it.
  public static func digest(_ arena: ParameterArena) -> String {
    Digest.of(UnsafeRawBufferPointer(arena.values.buffer))
  }

  /// Fills `values` with the model's tensors in `file`.
  ///
  /// - Parameters:
  ///   - file: a checkpoint, or what holds values alone.
  ///   - arena: what is filled.
  ///   - skipped: hears of each tensor of the model that the file has not, or not in its shape, and which stays as it is; nil
  ///     where the file must have all, and no others.
  /// - Throws: `FileError` naming the tensor that is missing, has another shape, is not the model's, or holds what is no
  ///   number.
  public static func load(
    _ file: SafetensorsFile, into arena: ParameterArena, skipping skipped: ((String) -> Void)? = nil
  ) throws(FileError) {
    if let skipped {
      let places = arena.layout.entries.filter { file.entry(named: $0.name)?.shape == $0.shape.dimensions }
      let taken = Set(places.map(\.name))
      arena.layout.entries.map(\.name).filter { !taken.contains($0) }.forEach(skipped)
      return try load(file, prefix: "", into: arena.values, places: places)
    }
    let known = Set(arena.layout.entries.map(\.name))
    if let stranger = file.entries.first(where: { contains($0) && !known.contains($0.name) }) {
      throw FileError(.malformed, file.path, "has a tensor \(stranger.name), which the model lacks: other model?")
    }
    try load(file, prefix: "", into: arena.values, places: arena.layout.entries)
  }

  /// Replaces the values by those that are judged in their place, where a checkpoint holds such beside them: the running mean of
  /// the weights, or the slow ones.
  ///
  /// - Throws: `FileError` naming the tensor that is missing, has another shape, or holds what is no number.
  public static func loadJudged(_ file: SafetensorsFile, into arena: ParameterArena) throws(FileError) {
    for state in Experiment.judgedStates {
      let prefix = "optimizer/\(state)/"
      guard file.entries.contains(where: { $0.name.hasPrefix(prefix) }) else { continue }
      return try load(file, prefix: prefix, into: arena.values, places: arena.layout.entries.filter { !$0.isFixed })
    }
  }

  static func load(
    _ file: SafetensorsFile, prefix: String, into storage: FloatStorage, places: [ParameterLayout.Entry]
  ) throws(FileError) {
    for place in places {
      let name = prefix + place.name
      guard let entry = file.entry(named: name) else {
        throw FileError(.malformed, file.path, "lacks the tensor \(name) \(place.shape): is it of another model?")
      }
      guard entry.shape == place.shape.dimensions else {
        throw FileError(
          .malformed, file.path, "tensor \(name) has shape \(entry.shape), the model takes \(place.shape.dimensions)")
      }
      try file.requireFiniteNumbers(in: entry)
      try file.read(entry, into: storage.buffer.part(place.range))
    }
  }
}
