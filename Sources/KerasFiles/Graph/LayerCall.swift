/// A tensor that a layer gives, as a model file refers to it.
struct TensorReference: Hashable {
  /// The layer's place in its model.
  let layer: Int
  /// Which of the layer's calls.
  let call: Int
  /// Which of the tensors that the call gives.
  let tensor: Int
}

/// What a layer is called with.
indirect enum CallArgument: Equatable {
  case tensor(TensorReference)
  case list([CallArgument])
  case fields([String: CallArgument])
  case constant(JSONValue)

  /// All tensors in it.
  var tensors: [TensorReference] {
    switch self {
    case .tensor(let reference): [reference]
    case .list(let arguments): arguments.flatMap(\.tensors)
    case .fields(let fields): fields.sorted { $0.key < $1.key }.flatMap(\.value.tensors)
    case .constant: []
    }
  }

  /// What it says where no tensor is in it; nil where one is.
  var constant: JSONValue? {
    switch self {
    case .constant(let value): value
    case .list(let arguments):
      tensors.isEmpty ? .array(arguments.compactMap(\.constant)) : nil
    case .fields(let fields): tensors.isEmpty ? .object(fields.compactMapValues(\.constant)) : nil
    case .tensor: nil
    }
  }
}

/// One use of a layer: a node of Keras's graphs.
struct LayerCall: Equatable {
  /// Where it stands in the document.
  let path: String
  /// The arguments without names.
  var arguments: [CallArgument]
  /// The arguments with names, but for those that are null.
  var keywords: [String: CallArgument] = [:]

  /// All tensors that it takes.
  var tensors: [TensorReference] {
    arguments.flatMap(\.tensors) + keywords.sorted { $0.key < $1.key }.flatMap(\.value.tensors)
  }
}

/// Reads `inbound_nodes`, which Keras has spelled in several ways:
///
///     [[["conv", 0, 0, {}], ["add", 0, 0, {}]]]                  Keras 2, a call with a list of two tensors
///     [["conv", 0, 0, {"y": ["add", 0, 0]}]]                      Keras 2, an operation
///     [["_CONSTANT_VALUE", -1, 1.0, {"y": ["add", 0, 0]}]]        Keras 2, an operation on a number
///     [{"args": [{"class_name": "__keras_tensor__", …}], "kwargs": {}}]                      Keras 3
struct LayerCallReader {
  /// Finds the tensor `[layer, node, tensor]`.
  let resolve: (_ name: String, _ node: Int, _ tensor: Int, _ path: String) throws(ModelFormatError) -> TensorReference

  /// The calls in `inbound_nodes`; none for an input.
  func calls(_ value: JSONValue?, path: String) throws(ModelFormatError) -> [LayerCall] {
    guard case .array(let nodes) = value ?? [] else {
      throw ModelFormatError(path, "\(value ?? nil) is not supported, expected a list of calls")
    }
    var calls: [LayerCall] = []
    for (index, node) in nodes.enumerated() {
      let path = "\(path)[\(index)]"
      switch node {
      case .array(let entries): calls.append(try listed(entries, path: path))
      case .object(let fields): calls.append(try spelledOut(fields, path: path))
      default: throw ModelFormatError(path, "\(node) is not supported, expected a call")
      }
    }
    return calls
  }

  // MARK: - Keras 3

  private func spelledOut(_ fields: [String: JSONValue], path: String) throws(ModelFormatError) -> LayerCall {
    var reader = try ConfigurationReader(.object(fields), path: path)
    let (positional, named) = (reader.value("args") ?? [], reader.value("kwargs") ?? [:])
    try reader.finish()
    guard case .array(let values) = positional, case .object(let keywords) = named else {
      throw ModelFormatError(path, "is no call, expected args and kwargs")
    }
    var call = LayerCall(path: path, arguments: [])
    for value in values { call.arguments.append(try argument(value, path: "\(path).args")) }
    for (key, value) in keywords where value != .null {
      call.keywords[key] = try argument(value, path: "\(path).kwargs.\(key)")
    }
    return call
  }

  private func argument(_ value: JSONValue, path: String) throws(ModelFormatError) -> CallArgument {
    switch value {
    case .array(let values):
      return .list(try values.map { value throws(ModelFormatError) in try argument(value, path: path) })
    case .object(let fields) where fields["class_name"] == "__keras_tensor__":
      guard case .object(let config) = fields["config"], case .array(let history) = config["keras_history"],
        let reference = try reference(history, path: path)
      else { throw ModelFormatError(path, "is no tensor of a layer, expected a keras_history") }
      return .tensor(reference)
    case .object(let fields) where fields["class_name"] == nil:
      var arguments: [String: CallArgument] = [:]
      for (key, value) in fields { arguments[key] = try argument(value, path: "\(path).\(key)") }
      return .fields(arguments)
    default: return .constant(value)
    }
  }

  // MARK: - Keras 2

  private func listed(_ entries: [JSONValue], path: String) throws(ModelFormatError) -> LayerCall {
    // An operation's node is one entry, without a list around it.
    if case .string = entries.first { return try entry(entries, path: path) }
    var arguments: [CallArgument] = []
    var keywords: [String: CallArgument] = [:]
    for (index, value) in entries.enumerated() {
      guard case .array(let fields) = value else {
        throw ModelFormatError("\(path)[\(index)]", "\(value) is not supported, expected [layer, node, tensor]")
      }
      let one = try entry(fields, path: "\(path)[\(index)]")
      arguments += one.arguments
      keywords.merge(one.keywords) { $1 }
    }
    return LayerCall(path: path, arguments: arguments.count == 1 ? arguments : [.list(arguments)], keywords: keywords)
  }

  private func entry(_ fields: [JSONValue], path: String) throws(ModelFormatError) -> LayerCall {
    var call = LayerCall(path: path, arguments: [])
    if fields.first == "_CONSTANT_VALUE", fields.count >= 3 {
      call.arguments = [.constant(fields[2])]
    } else if let reference = try reference(Array(fields.prefix(3)), path: path) {
      call.arguments = [.tensor(reference)]
    } else {
      throw ModelFormatError(path, "\(JSONValue.array(fields)) is not supported, expected [layer, node, tensor]")
    }
    guard fields.count > 3 else { return call }
    guard case .object(let keywords) = fields[3] else {
      throw ModelFormatError(path, "\(fields[3]) is not supported, expected the call's keywords")
    }
    for (key, value) in keywords where value != .null {
      call.keywords[key] = try keyword(value, path: "\(path).\(key)")
    }
    return call
  }

  private func keyword(_ value: JSONValue, path: String) throws(ModelFormatError) -> CallArgument {
    guard case .array(let values) = value else { return .constant(value) }
    if let reference = try reference(values, path: path) { return .tensor(reference) }
    return .list(try values.map { value throws(ModelFormatError) in try keyword(value, path: path) })
  }

  /// The tensor `[layer, node, tensor]`; nil for what is no such list.
  func reference(_ values: [JSONValue], path: String) throws(ModelFormatError) -> TensorReference? {
    guard values.count == 3, case .string(let name) = values[0], case .number(let node) = values[1],
      case .number(let tensor) = values[2], let node = Int(exactly: node), let tensor = Int(exactly: tensor)
    else { return nil }
    return try resolve(name, node, tensor, path)
  }
}

extension LayerCall {
  /// Takes what the call says of `training`, and what says nothing: `mask`.
  mutating func takeTraining() throws(ModelFormatError) -> Bool? {
    guard let found = keywords.removeValue(forKey: "training") else { return nil }
    guard case .constant(.bool(let training)) = found else {
      throw ModelFormatError(
        "\(path).training", "\(found.constant ?? nil) is not supported, expected true, false or null")
    }
    return training
  }

  /// What a layer takes besides its tensors, in words.
  var surplus: String {
    guard let key = keywords.keys.min() else { return "\(arguments.count) arguments" }
    return "\(key)=\(keywords[key]?.constant?.description ?? "a tensor")"
  }
}
