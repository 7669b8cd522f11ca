import Layers

extension Dropout: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.float("rate", in: 0..<1))
    fields.ignore("seed")  // all draws come from the run's seed
    try fields.requireNull("noise_shape")
  }

  public var configuration: [String: JSONValue] { ["rate": JSONValue(rate)] }
}

extension SpatialDropout1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.dropoutRate())
  }

  public var configuration: [String: JSONValue] { ["rate": JSONValue(rate)] }
}

extension SpatialDropout2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.dropoutRate())
  }

  public var configuration: [String: JSONValue] { ["rate": JSONValue(rate)] }
}

extension SpatialDropout3D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.dropoutRate())
  }

  public var configuration: [String: JSONValue] { ["rate": JSONValue(rate)] }
}

extension GaussianDropout: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.dropoutRate())
  }

  public var configuration: [String: JSONValue] { ["rate": JSONValue(rate)] }
}

extension GaussianNoise: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.float("stddev", in: 0..<(.infinity)))
    fields.ignore("seed")  // all draws come from the run's seed
  }

  public var configuration: [String: JSONValue] { ["stddev": JSONValue(deviation)] }
}

extension ConfigurationReader {
  /// The rate of a layer that drops; its seed is passed over, all draws come from the run's.
  fileprivate mutating func dropoutRate() throws(ModelFormatError) -> Float {
    ignore("seed")
    try requireNull("noise_shape")
    try requireChannelsLast()
    return try float("rate", in: 0..<1)
  }
}
