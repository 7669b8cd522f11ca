import Layers

// Global poolings differ in Keras's files by their names alone.

extension GlobalAveragePooling1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(keepDimensions: try fields.keepDimensions())
  }

  public var configuration: [String: JSONValue] { ["keepdims": .bool(keepDimensions)] }
}

extension GlobalAveragePooling2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(keepDimensions: try fields.keepDimensions())
  }

  public var configuration: [String: JSONValue] { ["keepdims": .bool(keepDimensions)] }
}

extension GlobalAveragePooling3D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(keepDimensions: try fields.keepDimensions())
  }

  public var configuration: [String: JSONValue] { ["keepdims": .bool(keepDimensions)] }
}

extension GlobalMaxPooling1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(keepDimensions: try fields.keepDimensions())
  }

  public var configuration: [String: JSONValue] { ["keepdims": .bool(keepDimensions)] }
}

extension GlobalMaxPooling2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(keepDimensions: try fields.keepDimensions())
  }

  public var configuration: [String: JSONValue] { ["keepdims": .bool(keepDimensions)] }
}

extension GlobalMaxPooling3D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(keepDimensions: try fields.keepDimensions())
  }

  public var configuration: [String: JSONValue] { ["keepdims": .bool(keepDimensions)] }
}

extension ConfigurationReader {
  fileprivate mutating func keepDimensions() throws(ModelFormatError) -> Bool {
    try requireChannelsLast()
    return try bool("keepdims", or: false)
  }
}
