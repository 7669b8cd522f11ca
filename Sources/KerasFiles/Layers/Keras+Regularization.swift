import Layers

extension Dropout: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.float("rate", in: 0..<1))
    fields.ignore("seed")  // all draws come from the run's seed
    try fields.requireNull("noise_shape")
  }

  public var configuration: [String: JSONValue] { ["rate": JSONValue(rate)] }
}

extension BatchNormalization: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(
      momentum: try fields.float("momentum", in: 0..<Float(1).nextUp, or: 0.99),
      epsilon: try fields.float("epsilon", in: .leastNormalMagnitude..<(.infinity), or: 1e-3),
      center: try fields.bool("center", or: true), scale: try fields.bool("scale", or: true))
    try fields.requireLastAxis()
    for (key, standard) in [
      ("beta_initializer", Initializer.zeros), ("gamma_initializer", .ones), ("moving_mean_initializer", .zeros),
      ("moving_variance_initializer", .ones),
    ] {
      let found = try fields.initializer(key, or: standard)
      guard found == standard else { throw fields.refusal(key, found.keras, expected: "\(standard.keras)") }
    }
    try fields.requireNull("beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint")
    try fields.require("synchronized", false)
    try fields.require("renorm", false)
    fields.ignore("renorm_clipping", "renorm_momentum")  // of no effect without renorm
  }

  public var configuration: [String: JSONValue] {
    [
      "axis": -1, "momentum": JSONValue(momentum), "epsilon": JSONValue(epsilon), "center": .bool(center),
      "scale": .bool(scale),
    ]
  }
}
