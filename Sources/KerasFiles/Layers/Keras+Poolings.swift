import Kernels
import Layers

// Max and average poolings, over one, two or three axes, are configured alike.

extension MaxPooling1D: KerasLayer {}
extension MaxPooling2D: KerasLayer {}
extension MaxPooling3D: KerasLayer {}
extension AveragePooling1D: KerasLayer {}
extension AveragePooling2D: KerasLayer {}
extension AveragePooling3D: KerasLayer {}

extension KerasLayer where Self: PoolingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let pool = try fields.extents("pool_size", axes: Self.axes, or: 2)
    let stride = fields.hasValue("strides") ? try fields.extents("strides", axes: Self.axes) : pool
    fields.ignore("strides")  // null stands for the window's size
    self.init(window: SlidingWindow(kernel: pool, stride: stride, padding: try fields.padding()))
    try fields.requireChannelsLast()
  }

  public var configuration: [String: JSONValue] {
    ["pool_size": .extents(window.kernel), "strides": .extents(window.stride), "padding": window.padding.keras]
  }
}
