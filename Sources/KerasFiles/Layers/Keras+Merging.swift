import Layers

// The element-wise merging layers differ in Keras's files by their names alone.

extension Add: KerasMergingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) { self.init() }
  public var configuration: [String: JSONValue] { [:] }
}

extension Subtract: KerasMergingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) { self.init() }
  public var configuration: [String: JSONValue] { [:] }
}

extension Multiply: KerasMergingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) { self.init() }
  public var configuration: [String: JSONValue] { [:] }
}

extension Average: KerasMergingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) { self.init() }
  public var configuration: [String: JSONValue] { [:] }
}

extension Maximum: KerasMergingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) { self.init() }
  public var configuration: [String: JSONValue] { [:] }
}

extension Minimum: KerasMergingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) { self.init() }
  public var configuration: [String: JSONValue] { [:] }
}

extension Concatenate: KerasMergingLayer {
  /// Keras counts the axis from that of the batch, which cannot be the one.
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let axis = try fields.integer("axis", in: -4...4, or: -1)
    guard axis != 0 else { throw fields.refusal("axis", 0, expected: "another axis than that of the batch") }
    self.init(axis: axis > 0 ? axis - 1 : axis)
  }

  public var configuration: [String: JSONValue] { ["axis": JSONValue(axis >= 0 ? axis + 1 : axis)] }
}
