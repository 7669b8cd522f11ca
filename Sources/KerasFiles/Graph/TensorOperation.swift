/// Arithmetic on tensors that was written without a layer, `x + y` or `2 * x`, as the layer that does the same.
///
/// Keras 3 keeps it as a node of a class of `keras.src.ops`, Keras 2 as a `TFOpLambda` with the name of a function.
struct TensorOperation {
  /// The layer's class.
  let className: String
  /// The layer's configuration.
  let config: JSONValue
  /// The tensors that feed it.
  let inputs: [TensorReference]

  /// One operand.
  private enum Operand {
    case tensor(TensorReference)
    case number(Float)
  }

  /// Reads the operation of `definition` at one of its calls.
  ///
  /// - Parameter inputRank: how many axes one sample of the tensor has; nil where that is not known.
  /// - Throws: `ModelFormatError` for an operation that no layer of ours does.
  init(_ definition: LayerDefinition, _ call: LayerCall, inputRank: Int?) throws(ModelFormatError) {
    let isOfKeras2 = definition.className == "TFOpLambda"
    var own = try ConfigurationReader(definition.config, path: "\(definition.path).config", inputRank: inputRank)
    let function = isOfKeras2 ? try own.string("function") : definition.className
    own.ignore("name")
    if isOfKeras2 {
      _ = try own.trainable()
      try own.requireFloats()
    }
    func refusal(_ reason: String) -> ModelFormatError {
      ModelFormatError(call.path, "the operation \(function) of \(definition.name) \(reason)")
    }
    var options: [String: JSONValue] = ["name": .string(definition.name)]
    let keywords = call.keywords.compactMapValues(\.constant)
    var said = isOfKeras2 ? try ConfigurationReader(.object(keywords), path: call.path, inputRank: inputRank) : own
    if let layer = try TensorFunction(function, reading: &said) {
      guard call.tensors.count == 1, call.arguments.allSatisfy({ $0.constant == nil }), isOfKeras2 || keywords.isEmpty
      else {
        throw refusal("is called with options, which is not supported: write it as a layer")
      }
      said.ignore("name")
      try said.finish()
      options.merge(layer.options) { $1 }
      (className, config, inputs) = (layer.className, .object(options), call.tensors)
      return
    }
    guard let arithmetic = Self.arithmetic[function] else {
      throw refusal("is not supported: write it as a layer")
    }
    try own.finish()
    var operands = try Self.operands(call, refusal)
    if arithmetic == .negative {
      guard operands.count == 1 else { throw refusal("takes one tensor") }
      operands.append(.number(-1))
    }
    guard operands.count == 2 else { throw refusal("takes two operands, got \(operands.count)") }
    switch (operands[0], operands[1]) {
    case (.tensor(let x), .tensor(let y)):
      guard let layer = arithmetic.layer else { throw refusal("is not supported between tensors: write it as a layer") }
      (className, config, inputs) = (layer, .object(options), [x, y])
    case (.tensor(let x), .number(let number)):
      guard let line = arithmetic.line(xFirst: true, number) else { throw refusal("is not supported with \(number)") }
      (className, config, inputs) = ("Rescaling", Self.rescaling(options, line), [x])
    case (.number(let number), .tensor(let x)):
      guard let line = arithmetic.line(xFirst: false, number) else {
        throw refusal("is not supported on \(number) first")
      }
      (className, config, inputs) = ("Rescaling", Self.rescaling(options, line), [x])
    default: throw refusal("takes no tensor")
    }
  }

  // MARK: - Operands

  /// Two operands by place or by name, in this order.
  private static func operands(
    _ call: LayerCall, _ refusal: (String) -> ModelFormatError
  ) throws(ModelFormatError) -> [Operand] {
    var arguments = call.arguments
    var keywords = call.keywords
    for key in ["x", "x1", "y", "x2"] { if let value = keywords.removeValue(forKey: key) { arguments.append(value) } }
    guard keywords.isEmpty else { throw refusal("is called with \(keywords.keys.min() ?? ""), which is not supported") }
    return try arguments.map { argument throws(ModelFormatError) in
      switch argument {
      case .tensor(let reference): return .tensor(reference)
      case .constant(.number(let number)) where number.magnitude <= Double(Float.greatestFiniteMagnitude):
        return .number(Float(number))
      default: throw refusal("takes tensors and numbers, got \(argument.constant ?? "a list of tensors")")
      }
    }
  }

  // MARK: - Operations

  private enum Arithmetic {
    case add, subtract, multiply, divide, maximum, minimum, negative

    /// The layer that does it between tensors.
    var layer: String? {
      switch self {
      case .add: "Add"
      case .subtract: "Subtract"
      case .multiply: "Multiply"
      case .maximum: "Maximum"
      case .minimum: "Minimum"
      case .divide, .negative: nil
      }
    }

    /// `scale · x + offset` with a number at the other side; nil where it is no such line.
    func line(xFirst: Bool, _ number: Float) -> (scale: Float, offset: Float)? {
      switch self {
      case .add: (1, number)
      case .subtract: xFirst ? (1, -number) : (-1, number)
      case .multiply, .negative: (number, 0)
      case .divide: xFirst && (1 / number).isFinite ? (1 / number, 0) : nil
      case .maximum, .minimum: nil
      }
    }
  }

  private static func rescaling(
    _ options: [String: JSONValue], _ line: (scale: Float, offset: Float)
  ) -> JSONValue {
    .object(options.merging(["scale": JSONValue(line.scale), "offset": JSONValue(line.offset)]) { $1 })
  }

  /// By Keras 3's classes and Keras 2's functions.
  private static let arithmetic: [String: Arithmetic] = [
    "Add": .add, "Subtract": .subtract, "Multiply": .multiply, "TrueDivide": .divide, "Divide": .divide,
    "Maximum": .maximum, "Minimum": .minimum, "Negative": .negative,
    "__operators__.add": .add, "math.add": .add, "math.subtract": .subtract, "math.multiply": .multiply,
    "math.truediv": .divide, "math.divide": .divide, "math.maximum": .maximum, "math.minimum": .minimum,
    "math.negative": .negative,
  ]
}
