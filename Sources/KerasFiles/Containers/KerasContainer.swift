import Files

/// What a file of Keras's holds, whatever its kind: a model's description, how it was compiled, its weights.
struct KerasContainer {
  /// The description, as `to_json()` writes it; nil where there are weights alone.
  let document: JSONValue?
  /// How the model was compiled: `compile_config` of an archive, `training_config` of a `.h5`. A JSON file is about the
  /// network alone.
  let compiled: JSONValue?
  /// The weights; nil where there are none.
  let weights: KerasWeights?

  /// Reads the file at `path`. Its first bytes tell what it is.
  ///
  /// - Throws: `FileError`, missing where there is none, malformed where it is none of Keras's.
  init(_ path: String) throws(FileError) {
    let file = try MappedFile(path)
    let start = file.withBytes { Array($0.prefix(8)) }
    if start.starts(with: KerasArchive.signature) {
      let archive = try KerasArchive(path)
      let metadata = try archive.metadata.map { bytes throws(FileError) in try Self.json(bytes, path) }
      let version: JSONValue? = if case .object(let fields) = metadata { fields["keras_version"] } else { nil }
      let document = try Self.json(archive.configuration, path).stating(version)
      self.document = document
      compiled = if case .object(let fields) = document { fields["compile_config"] } else { nil }
      weights = archive.weights.map { KerasWeights($0, of: document) }
    } else if start.starts(with: HDF5File.signature) {
      let file = try HDF5File(file)
      let version = file.strings("keras_version")?.first.map(JSONValue.string)
      document = try file.strings("model_config")?.first.map { text throws(FileError) in
        try Self.json(text.utf8, path).stating(version)
      }
      compiled = try file.strings("training_config")?.first.map { text throws(FileError) in
        try Self.json(text.utf8, path)
      }
      weights = KerasWeights(file, of: document)
    } else {
      guard !start.isEmpty else { throw FileError(.malformed, path, "is empty, expected a model of Keras's") }
      let written = try file.withBytes { bytes throws(FileError) in try Self.json(bytes, path) }
      // `json.dump(model.to_json(), file)` writes the text of a text.
      document = if case .string(let text) = written { try Self.json(text.utf8, path) } else { written }
      (compiled, weights) = (nil, nil)
    }
    try file.check()
  }

  private static func json(_ bytes: some Sequence<UInt8>, _ path: String) throws(FileError) -> JSONValue {
    do {
      return try JSONValue(json: bytes)
    } catch {
      throw FileError(.malformed, path, error.description)
    }
  }
}
