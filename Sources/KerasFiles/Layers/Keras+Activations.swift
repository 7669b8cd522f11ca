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

extension ELU: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(alpha: try fields.float("alpha", in: 0..<(.infinity), or: 1))
  }

  public var configuration: [String: JSONValue] { ["alpha": JSONValue(alpha)] }
}

extension PReLU: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let found = fields.value("shared_axes") ?? .null
    let list: [JSONValue] =
      switch found {
      case .null: []
      case .array(let axes): axes
      default: [found]
      }
    // Counted from the batch's axis, which is 0.
    let axes = list.compactMap { axis in
      if case .number(let number) = axis, let axis = Int(exactly: number), 1...8 ~= axis { axis - 1 } else { nil }
    }
    guard axes.count == list.count else {
      throw fields.refusal("shared_axes", found, expected: "null or axes from 1 on")
    }
    self.init(sharedAxes: axes)
    alphaOptions = try fields.options("alpha", or: .zeros)
  }

  public var configuration: [String: JSONValue] {
    ["shared_axes": sharedAxes.isEmpty ? nil : .extents(sharedAxes.map { $0 + 1 })]
      .merging(alphaOptions.keras("alpha")) { $1 }
  }
}
