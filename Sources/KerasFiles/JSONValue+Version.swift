extension JSONValue {
  /// The description of a model with the version of Keras that the file around it names.
  func stating(_ version: JSONValue?) -> JSONValue {
    guard case .object(let fields) = self, let version else { return self }
    return .object(fields.merging(["keras_version": version]) { own, _ in own })
  }

  /// Whether Keras 2, or one before it, described a model: by the version, or where none is said by how the input is written.
  var isOfKeras2: Bool {
    if case .object(let fields) = self, case .string(let version) = fields["keras_version"] {
      return version.prefix { $0 != "." }.count == 1 && version < "3"
    }
    return hasField("batch_input_shape")
  }

  private func hasField(_ key: String) -> Bool {
    switch self {
    case .array(let values): values.contains { $0.hasField(key) }
    case .object(let fields): fields[key] != nil || fields.values.contains { $0.hasField(key) }
    default: false
    }
  }
}
