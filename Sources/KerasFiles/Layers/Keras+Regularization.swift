import Layers

extension Dropout: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    fields.ignoreSeed()
    let found = fields.value("noise_shape") ?? .null
    self.init(try fields.float("rate", in: 0..<1), noiseShape: try Self.noiseShape(found, fields))
  }

  public var configuration: [String: JSONValue] {
    guard let noiseShape else { return ["rate": JSONValue(rate)] }
    let extents = noiseShape.map { $0.map { JSONValue($0) } ?? JSONValue.null }
    return ["rate": JSONValue(rate), "noise_shape": .array([.null] + extents)]
  }

  /// A mask's extents, of which the first, the batch's, must be open: samples know nothing of one another.
  private static func noiseShape(
    _ found: JSONValue, _ fields: ConfigurationReader
  ) throws(ModelFormatError) -> [Int?]? {
    if case .null = found { return nil }
    guard case .array(let list) = found, list.first == .null else {
      throw fields.refusal("noise_shape", found, expected: "null, or a list of which the first, for the batch, is null")
    }
    var extents: [Int?] = []
    for extent in list.dropFirst() {
      if case .number(let number) = extent, let extent = Int(exactly: number), extent > 0 {
        extents.append(extent)
      } else if case .null = extent {
        extents.append(nil)
      } else {
        throw fields.refusal("noise_shape", found, expected: "whole numbers above 0, or null")
      }
    }
    return extents
  }
}

extension SpatialDropout1D: KerasLayer {}
extension SpatialDropout2D: KerasLayer {}
extension SpatialDropout3D: KerasLayer {}

extension KerasLayer where Self: SpatialDropoutLayer {
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

extension AlphaDropout: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    fields.ignoreSeed()
    try fields.requireNull("noise_shape")
    self.init(try fields.float("rate", in: 0..<1))
  }

  public var configuration: [String: JSONValue] { ["rate": JSONValue(rate)] }
}

extension GaussianNoise: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.float("stddev", in: 0..<(.infinity)))
    fields.ignoreSeed()
  }

  public var configuration: [String: JSONValue] { ["stddev": JSONValue(deviation)] }
}

extension ConfigurationReader {
  /// The rate of a layer that drops; its seed is passed over, all draws come from the run's.
  fileprivate mutating func dropoutRate() throws(ModelFormatError) -> Float {
    ignoreSeed()
    try requireNull("noise_shape")
    try requireChannelsLast()
    return try float("rate", in: 0..<1)
  }
}

extension ActivityRegularization: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(
      l1: try fields.float("l1", in: 0..<(.infinity), or: 0), l2: try fields.float("l2", in: 0..<(.infinity), or: 0))
  }

  public var configuration: [String: JSONValue] { ["l1": JSONValue(l1), "l2": JSONValue(l2)] }
}
