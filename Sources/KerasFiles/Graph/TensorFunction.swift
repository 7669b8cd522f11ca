/// A function that was called on a tensor without a layer, `keras.ops.elu(x, alpha=0.3)`, as the layer that does the same.
struct TensorFunction {
  /// The layer's class.
  let className: String
  /// The layer's own options.
  let options: [String: JSONValue]

  private init(_ className: String, _ options: [String: JSONValue]) {
    (self.className, self.options) = (className, options)
  }

  private init(_ activation: String) { self.init("Activation", ["activation": .string(activation)]) }

  /// Reads what the function is called with; nil for one that no layer of ours does.
  ///
  /// - Parameters:
  ///   - name: Keras 3's class or Keras 2's function.
  ///   - fields: what Keras 3 keeps in the node's configuration, and Keras 2 among the call's keywords.
  /// - Throws: `ModelFormatError` for a number that no layer of ours has.
  init?(_ name: String, reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    switch name {
    case "Elu", "nn.elu":
      let alpha = try fields.float("alpha", in: 0..<(.infinity), or: 1)
      self = alpha == 1 ? Self("elu") : Self("ELU", ["alpha": JSONValue(alpha)])
    case "LeakyRelu", "nn.leaky_relu":
      let slope = try fields.float(
        name == "LeakyRelu" ? "negative_slope" : "alpha", in: 0..<(.infinity), or: 0.2)
      self.init("LeakyReLU", ["negative_slope": JSONValue(slope)])
    case "ReLU":  // of `keras.activations`, with the options of the layer
      var options: [String: JSONValue] = [:]
      for key in ["max_value", "negative_slope", "threshold"] { options[key] = fields.value(key) }
      self.init("ReLU", options)
    case "Clip", "clip_by_value":
      try fields.require(name == "Clip" ? "x_min" : "clip_value_min", 0)
      self.init("ReLU", ["max_value": fields.value(name == "Clip" ? "x_max" : "clip_value_max") ?? nil])
    case "Gelu", "nn.gelu":
      self.init(try fields.bool("approximate", or: name == "Gelu") ? "gelu_tanh" : "gelu")
    case "Softmax", "nn.softmax":
      try fields.requireLastAxis()
      self.init("softmax")
    case "LogSoftmax", "nn.log_softmax":
      try fields.requireLastAxis()
      self.init("log_softmax")
    case "Celu":
      try fields.require("alpha", 1)
      self.init("celu")
    case "HardShrink":
      try fields.require("threshold", 0.5)
      self.init("hard_shrink")
    case "SoftShrink":
      try fields.require("threshold", 0.5)
      self.init("soft_shrink")
    case "Squareplus":
      try fields.require("b", 4)
      self.init("squareplus")
    default:
      guard let activation = Self.activations[name] else { return nil }
      self.init(activation)
    }
  }

  /// Keras 3's functions with options, by their classes.
  static let withOptions: Set = [
    "Elu", "LeakyRelu", "Gelu", "LogSoftmax", "Celu", "Clip", "HardShrink", "SoftShrink", "Squareplus", "Threshold",
    "Glu",
    "Sparsemax",
  ]

  /// The functions without options, by the names of activations.
  private static let activations = [
    "Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Silu": "silu", "Softplus": "softplus",
    "Softsign": "softsign", "Selu": "selu", "Mish": "mish", "HardSilu": "hard_silu", "HardTanh": "hard_tanh",
    "LogSigmoid": "log_sigmoid", "TanhShrink": "tanh_shrink", "SparsePlus": "sparse_plus",
    "SparseSigmoid": "sparse_sigmoid", "HardSigmoid": "hard_sigmoid", "Relu6": "relu6", "Exp": "exponential",
    "nn.relu": "relu", "nn.relu6": "relu6", "nn.selu": "selu", "math.sigmoid": "sigmoid", "nn.sigmoid": "sigmoid",
    "math.tanh": "tanh", "nn.tanh": "tanh", "nn.silu": "silu", "nn.swish": "silu", "nn.softplus": "softplus",
    "nn.softsign": "softsign", "math.exp": "exponential",
  ]
}
