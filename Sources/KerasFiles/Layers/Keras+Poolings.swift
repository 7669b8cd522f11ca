import Kernels
import Layers

// Max and average poolings, over one, two or three axes, are configured alike.

extension MaxPooling1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try PoolingReading(&fields, axes: 1)
    self.init(read.pool[0], stride: read.stride[0], padding: read.padding)
  }

  public var configuration: [String: JSONValue] { poolingConfiguration }
}

extension MaxPooling2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try PoolingReading(&fields, axes: 2)
    self.init(Extents2(read.pool), stride: Extents2(read.stride), padding: read.padding)
  }

  public var configuration: [String: JSONValue] { poolingConfiguration }
}

extension MaxPooling3D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try PoolingReading(&fields, axes: 3)
    self.init(Extents3(read.pool), stride: Extents3(read.stride), padding: read.padding)
  }

  public var configuration: [String: JSONValue] { poolingConfiguration }
}

extension AveragePooling1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try PoolingReading(&fields, axes: 1)
    self.init(read.pool[0], stride: read.stride[0], padding: read.padding)
  }

  public var configuration: [String: JSONValue] { poolingConfiguration }
}

extension AveragePooling2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try PoolingReading(&fields, axes: 2)
    self.init(Extents2(read.pool), stride: Extents2(read.stride), padding: read.padding)
  }

  public var configuration: [String: JSONValue] { poolingConfiguration }
}

extension AveragePooling3D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try PoolingReading(&fields, axes: 3)
    self.init(Extents3(read.pool), stride: Extents3(read.stride), padding: read.padding)
  }

  public var configuration: [String: JSONValue] { poolingConfiguration }
}

/// What stands in the configuration of a pooling over any number of axes.
private struct PoolingReading {
  let pool, stride: [Int]
  let padding: Padding

  init(_ fields: inout ConfigurationReader, axes: Int) throws(ModelFormatError) {
    pool = try fields.extents("pool_size", axes: axes, or: 2)
    stride = fields.hasValue("strides") ? try fields.extents("strides", axes: axes) : pool
    fields.ignore("strides")  // null stands for the window's size
    padding = try fields.padding()
    try fields.requireChannelsLast()
  }
}

extension PoolingLayer {
  fileprivate var poolingConfiguration: [String: JSONValue] {
    [
      "pool_size": .extents(window.kernel), "strides": .extents(window.stride), "padding": window.padding.keras,
    ]
  }
}
