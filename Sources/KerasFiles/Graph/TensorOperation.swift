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
  /// - Throws: `ModelFormatError` for an operation that no layer of ours does.
  init(_ definition: LayerDefinition, _ call: LayerCall) throws(ModelFormatError) {
    let function = try Self.function(definition)
    func refusal(_ reason: String) -> ModelFormatError {
      ModelFormatError(call.path, "the operation \(function) of \(definition.name) \(reason)")
    }
    var options: [String: JSONValue] = ["name": .string(definition.name)]
    if let activation = Self.activations[function] {
      guard call.tensors.count == 1, call.keywords.allSatisfy({ $0.value.constant == nil }) else {
        throw refusal("is called with options, which is not supported: write it as a layer")
      }
      options["activation"] = .string(activation)
      (className, config, inputs) = ("Activation", .object(options), call.tensors)
      return
    }
    guard let arithmetic = Self.arithmetic[function] else {
      throw refusal("is not supported: write it as a layer")
    }
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

  private static func function(_ definition: LayerDefinition) throws(ModelFormatError) -> String {
    guard definition.className == "TFOpLambda" else { return definition.className }
    guard case .object(let options) = definition.config, case .string(let function) = options["function"] else {
      throw ModelFormatError("\(definition.path).config.function", "is not there, expected the name of a function")
    }
    return function
  }

  /// By Keras 3's classes and Keras 2's functions.
  private static let arithmetic: [String: Arithmetic] = [
    "Add": .add, "Subtract": .subtract, "Multiply": .multiply, "TrueDivide": .divide, "Divide": .divide,
    "Maximum": .maximum, "Minimum": .minimum, "Negative": .negative,
    "__operators__.add": .add, "math.add": .add, "math.subtract": .subtract, "math.multiply": .multiply,
    "math.truediv": .divide, "math.divide": .divide, "math.maximum": .maximum, "math.minimum": .minimum,
    "math.negative": .negative,
  ]

  /// The functions that a tensor may be called with, by the names of activations.
  private static let activations = [
    "Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Silu": "silu", "Softplus": "softplus",
    "Softsign": "softsign", "Elu": "elu", "Selu": "selu", "Mish": "mish", "HardSilu": "hard_silu",
    "HardTanh": "hard_tanh", "LogSigmoid": "log_sigmoid",
    "HardSigmoid": "hard_sigmoid", "Relu6": "relu6", "Exp": "exponential", "nn.relu": "relu", "nn.relu6": "relu6",
    "math.sigmoid": "sigmoid", "nn.sigmoid": "sigmoid", "math.tanh": "tanh", "nn.tanh": "tanh", "nn.silu": "silu",
    "nn.swish": "silu", "nn.softplus": "softplus", "nn.softsign": "softsign", "math.exp": "exponential",
  ]
}
