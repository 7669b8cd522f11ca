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

  /// What the file calls each tensor of the model: by its name, or, where a network was made anew and its layers got other numbers
  /// in their automatic names (`conv2d_3` for `conv2d`), by order, as Keras takes files without places.
  ///
  /// - Parameter isWhole: whether the shapes must be the same for that.
  private static func names(in file: SafetensorsFile, _ layout: ParameterLayout, isWhole: Bool) -> [String: String] {
    let own = layout.entries.map { ($0.name, $0.name) }
    let theirs = file.entries.filter(contains)
    let isKnown = layout.entries.map { file.entry(named: $0.name) != nil }
    let isNamed = isWhole ? !isKnown.contains(false) : isKnown.contains(true)
    guard !isNamed, theirs.count == own.count else { return Dictionary(uniqueKeysWithValues: own) }
    let pairs = Array(zip(layout.entries, theirs))
    let areAlike = pairs.allSatisfy {
      withoutNumbers($0.name) == withoutNumbers($1.name) && (!isWhole || $0.shape.dimensions == $1.shape)
    }
    return Dictionary(uniqueKeysWithValues: areAlike ? pairs.map { ($0.name, $1.name) } : own)
  }

  /// `block/conv2d_3/kernel` as `block/conv2d/kernel`.
  private static func withoutNumbers(_ name: String) -> [Substring] {
    name.split(separator: "/").map { part in
      guard let line = part.lastIndex(of: "_"), part[line...].dropFirst().allSatisfy(\.isNumber) else { return part }
      return part[..<line]
    }
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
    let names = names(in: file, arena.layout, isWhole: skipped == nil)
    if let skipped {
      let places = arena.layout.entries.filter {
        file.entry(named: names[$0.name] ?? $0.name)?.shape == $0.shape.dimensions
      }
      let taken = Set(places.map(\.name))
      arena.layout.entries.map(\.name).filter { !taken.contains($0) }.forEach(skipped)
      return try load(file, into: arena.values, places: places) { names[$0] ?? $0 }
    }
    let known = Set(names.values)
    if let stranger = file.entries.first(where: { contains($0) && !known.contains($0.name) }) {
      throw FileError(.malformed, file.path, "has a tensor \(stranger.name), which the model lacks: other model?")
    }
    try load(file, into: arena.values, places: arena.layout.entries) { names[$0] ?? $0 }
  }

  /// Replaces the values by those that are judged in their place, where a checkpoint holds such beside them: the running mean of
  /// the weights, or the slow ones.
  ///
  /// - Throws: `FileError` naming the tensor that is missing, has another shape, or holds what is no number.
  public static func loadJudged(_ file: SafetensorsFile, into arena: ParameterArena) throws(FileError) {
    for state in Experiment.judgedStates {
      let prefix = "optimizer/\(state)/"
      guard file.entries.contains(where: { $0.name.hasPrefix(prefix) }) else { continue }
      let names = names(in: file, arena.layout, isWhole: true)
      return try load(file, into: arena.values, places: arena.layout.entries.filter { !$0.isFixed }) {
        prefix + (names[$0] ?? $0)
      }
    }
  }

  /// Fills `places` with the tensors that the file has by the names that `name` gives for theirs.
  static func load(
    _ file: SafetensorsFile, into storage: FloatStorage, places: [ParameterLayout.Entry],
    name: (String) -> String
  ) throws(FileError) {
    for place in places {
      let name = name(place.name)
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
