import Kernels
import Layers

extension Conv1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try ConvolutionReading(&fields, axes: 1)
    self.init(
      read.filters, kernel: read.kernel[0], stride: read.stride[0], padding: read.padding, dilation: read.dilation[0],
      activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { convolutionConfiguration }
}

extension Conv2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try ConvolutionReading(&fields, axes: 2)
    self.init(
      read.filters, kernel: Extents2(read.kernel), stride: Extents2(read.stride), padding: read.padding,
      dilation: Extents2(read.dilation), activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { convolutionConfiguration }
}

extension Conv3D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try ConvolutionReading(&fields, axes: 3)
    self.init(
      read.filters, kernel: Extents3(read.kernel), stride: Extents3(read.stride), padding: read.padding,
      dilation: Extents3(read.dilation), activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { convolutionConfiguration }
}

/// What stands in the configuration of a convolution over any number of axes.
private struct ConvolutionReading {
  let filters: Int
  let kernel, stride, dilation: [Int]
  let padding: Padding
  let activation: Activation
  let useBias: Bool
  let kernelOptions, biasOptions: ParameterOptions

  /// The taps of one kernel that a file may ask for, so that products of counts stay far from 2^63.
  private static let mostTaps = 1 << 14

  init(_ fields: inout ConfigurationReader, axes: Int) throws(ModelFormatError) {
    filters = try fields.integer("filters")
    kernel = try fields.extents("kernel_size", axes: axes)
    stride = try fields.extents("strides", axes: axes, or: 1)
    dilation = try fields.extents("dilation_rate", axes: axes, or: 1)
    padding = try fields.padding()
    activation = try fields.activation()
    useBias = try fields.bool("use_bias", or: true)
    kernelOptions = try fields.options("kernel", or: .glorotUniform)
    biasOptions = try fields.options("bias", or: .zeros)
    guard kernel.reduce(1, *) <= Self.mostTaps else {
      throw fields.refusal("kernel_size", .extents(kernel), expected: "at most \(Self.mostTaps) taps")
    }
    try fields.requireChannelsLast()
    try fields.require("groups", 1)
    try fields.requireNull("activity_regularizer")
  }
}

extension ConvolutionLayer {
  fileprivate var convolutionConfiguration: [String: JSONValue] {
    [
      "filters": JSONValue(filters), "kernel_size": .extents(window.kernel), "strides": .extents(window.stride),
      "dilation_rate": .extents(window.dilation), "padding": window.padding.keras, "activation": activation.keras,
      "use_bias": .bool(useBias),
    ].merging(kernelOptions.keras("kernel")) { $1 }.merging(biasOptions.keras("bias")) { $1 }
  }
}
