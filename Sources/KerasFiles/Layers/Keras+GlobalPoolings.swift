import Layers

// Global poolings differ in Keras's files by their names alone.

extension GlobalAveragePooling1D: KerasLayer {}
extension GlobalAveragePooling2D: KerasLayer {}
extension GlobalAveragePooling3D: KerasLayer {}
extension GlobalMaxPooling1D: KerasLayer {}
extension GlobalMaxPooling2D: KerasLayer {}
extension GlobalMaxPooling3D: KerasLayer {}

extension KerasLayer where Self: GlobalPoolingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    try fields.requireChannelsLast()
    self.init(keepDimensions: try fields.bool("keepdims", or: false))
  }

  public var configuration: [String: JSONValue] { ["keepdims": .bool(keepDimensions)] }
}
