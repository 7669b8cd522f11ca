import Layers

extension ActivationLayer: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.activation())
  }

  public var configuration: [String: JSONValue] { ["activation": activation.keras] }
}

extension ReLU: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let maximum = fields.hasValue("max_value") ? try fields.float("max_value", in: 0..<(.infinity)) : nil
    fields.ignore("max_value")  // null stands for none
    self.init(
      maxValue: maximum, negativeSlope: try fields.float("negative_slope", in: 0..<(.infinity), or: 0),
      threshold: try fields.float("threshold", in: 0..<(.infinity), or: 0))
  }

  public var configuration: [String: JSONValue] {
    [
      "max_value": rectifier.maximum < .infinity ? JSONValue(rectifier.maximum) : nil,
      "negative_slope": JSONValue(rectifier.slope), "threshold": JSONValue(rectifier.threshold),
    ]
  }
}

extension LeakyReLU: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    // Keras 2 called it alpha.
    self.init(
      negativeSlope: try fields.float(fields.has("alpha") ? "alpha" : "negative_slope", in: 0..<(.infinity), or: 0.3))
  }

  public var configuration: [String: JSONValue] { ["negative_slope": JSONValue(rectifier.slope)] }
}

extension Softmax: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init()
    try fields.requireLastAxis()
  }

  public var configuration: [String: JSONValue] { [:] }
}
