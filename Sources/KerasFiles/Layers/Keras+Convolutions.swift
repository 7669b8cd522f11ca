import Kernels
import Layers

extension Conv1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try ConvolutionReading(&fields, axes: 1)
    self.init(
      read.filters, kernel: read.kernel[0], stride: read.stride[0], padding: read.padding, dilation: read.dilation[0],
      groups: read.groups,
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
      dilation: Extents2(read.dilation), groups: read.groups, activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { convolutionConfiguration }
}

extension Conv3D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try ConvolutionReading(&fields, axes: 3)
    self.init(
      read.filters, kernel: Extents3(read.kernel), stride: Extents3(read.stride), padding: read.padding,
      dilation: Extents3(read.dilation), groups: read.groups, activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { convolutionConfiguration }
}

extension DepthwiseConv1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try DepthwiseReading(&fields, axes: 1)
    self.init(
      kernel: read.kernel[0], stride: read.stride[0], padding: read.padding, dilation: read.dilation[0],
      depthMultiplier: read.multiplier, activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.depthwiseOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { depthwiseConfiguration }
}

extension DepthwiseConv2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try DepthwiseReading(&fields, axes: 2)
    self.init(
      kernel: Extents2(read.kernel), stride: Extents2(read.stride), padding: read.padding,
      dilation: Extents2(read.dilation), depthMultiplier: read.multiplier, activation: read.activation,
      useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.depthwiseOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { depthwiseConfiguration }
}

extension SeparableConv1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let (filters, pointwise) = (try fields.integer("filters"), try fields.options("pointwise", or: .glorotUniform))
    let read = try DepthwiseReading(&fields, axes: 1)
    self.init(
      filters, kernel: read.kernel[0], stride: read.stride[0], padding: read.padding, dilation: read.dilation[0],
      depthMultiplier: read.multiplier, activation: read.activation, useBias: read.useBias)
    (depthwiseOptions, pointwiseOptions, biasOptions) = (read.depthwiseOptions, pointwise, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { separableConfiguration }
}

extension SeparableConv2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let (filters, pointwise) = (try fields.integer("filters"), try fields.options("pointwise", or: .glorotUniform))
    let read = try DepthwiseReading(&fields, axes: 2)
    self.init(
      filters, kernel: Extents2(read.kernel), stride: Extents2(read.stride), padding: read.padding,
      dilation: Extents2(read.dilation), depthMultiplier: read.multiplier, activation: read.activation,
      useBias: read.useBias)
    (depthwiseOptions, pointwiseOptions, biasOptions) = (read.depthwiseOptions, pointwise, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { separableConfiguration }
}

extension Conv1DTranspose: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let (read, padding) = (try ConvolutionReading(&fields, axes: 1), try fields.outputPadding(axes: 1))
    self.init(
      read.filters, kernel: read.kernel[0], stride: read.stride[0], padding: read.padding, outputPadding: padding?[0],
      dilation: read.dilation[0], activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { transposedConfiguration }
}

extension Conv2DTranspose: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let (read, padding) = (try ConvolutionReading(&fields, axes: 2), try fields.outputPadding(axes: 2))
    self.init(
      read.filters, kernel: Extents2(read.kernel), stride: Extents2(read.stride), padding: read.padding,
      outputPadding: padding.map { Extents2($0) }, dilation: Extents2(read.dilation), activation: read.activation,
      useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { transposedConfiguration }
}

extension Conv3DTranspose: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let (read, padding) = (try ConvolutionReading(&fields, axes: 3), try fields.outputPadding(axes: 3))
    self.init(
      read.filters, kernel: Extents3(read.kernel), stride: Extents3(read.stride), padding: read.padding,
      outputPadding: padding.map { Extents3($0) }, dilation: Extents3(read.dilation), activation: read.activation,
      useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] { transposedConfiguration }
}

/// What stands in the configuration of a depthwise convolution, by itself or with a pointwise one behind it.
private struct DepthwiseReading {
  let kernel, stride, dilation: [Int]
  let padding: Padding
  let multiplier: Int
  let activation: Activation
  let useBias: Bool
  let depthwiseOptions, biasOptions: ParameterOptions

  init(_ fields: inout ConfigurationReader, axes: Int) throws(ModelFormatError) {
    kernel = try fields.extents("kernel_size", axes: axes)
    stride = try fields.extents("strides", axes: axes, or: 1)
    dilation = try fields.extents("dilation_rate", axes: axes, or: 1)
    padding = try fields.padding(isCausalTaken: axes == 1)
    multiplier = try fields.integer("depth_multiplier", or: 1)
    activation = try fields.activation()
    useBias = try fields.bool("use_bias", or: true)
    depthwiseOptions = try fields.options("depthwise", or: .glorotUniform)
    biasOptions = try fields.options("bias", or: .zeros)
    try fields.checkTaps(kernel)
    try fields.requireChannelsLast()
    try fields.requireNull("activity_regularizer")
    // What Keras 2 wrote of the convolution that it made this one of, and what Keras 3 writes of a separable one's.
    fields.ignore("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint", "trainable", "rank")
    if fields.hasValue("filters") { throw fields.refusal("filters", fields.value("filters"), expected: "none") }
    fields.ignore("filters")
  }
}

extension ConfigurationReader {
  /// `output_padding`; nil for Keras's standard.
  fileprivate mutating func outputPadding(axes: Int) throws(ModelFormatError) -> [Int]? {
    guard hasValue("output_padding") else {
      ignore("output_padding")
      return nil
    }
    let found = value("output_padding")
    let list: [JSONValue] = if case .array(let list) = found { list } else { Array(repeating: found ?? 0, count: axes) }
    let padding = list.compactMap { size in
      if case .number(let number) = size, let size = Int(exactly: number), 0...1 << 16 ~= size { size } else { nil }
    }
    guard padding.count == axes && list.count == axes else {
      throw refusal("output_padding", found, expected: "null or \(axes) numbers from 0 on")
    }
    return padding
  }

  /// Products of counts must stay far from 2^63.
  fileprivate func checkTaps(_ kernel: [Int]) throws(ModelFormatError) {
    let most = 1 << 14
    guard kernel.reduce(1, *) <= most else {
      throw refusal("kernel_size", .extents(kernel), expected: "at most \(most) taps")
    }
  }
}

/// What stands in the configuration of a convolution over any number of axes.
private struct ConvolutionReading {
  let filters, groups: Int
  let kernel, stride, dilation: [Int]
  let padding: Padding
  let activation: Activation
  let useBias: Bool
  let kernelOptions, biasOptions: ParameterOptions

  init(_ fields: inout ConfigurationReader, axes: Int) throws(ModelFormatError) {
    filters = try fields.integer("filters")
    kernel = try fields.extents("kernel_size", axes: axes)
    stride = try fields.extents("strides", axes: axes, or: 1)
    dilation = try fields.extents("dilation_rate", axes: axes, or: 1)
    padding = try fields.padding(isCausalTaken: axes == 1)
    groups = try fields.integer("groups", or: 1)
    activation = try fields.activation()
    useBias = try fields.bool("use_bias", or: true)
    kernelOptions = try fields.options("kernel", or: .glorotUniform)
    biasOptions = try fields.options("bias", or: .zeros)
    try fields.checkTaps(kernel)
    guard filters % groups == 0 else {
      throw fields.refusal("groups", JSONValue(groups), expected: "a divisor of the \(filters) filters")
    }
    try fields.requireChannelsLast()
    try fields.requireNull("activity_regularizer")
  }
}

extension ConvolutionLayer {
  fileprivate var convolutionConfiguration: [String: JSONValue] {
    [
      "filters": JSONValue(filters), "kernel_size": .extents(window.kernel), "strides": .extents(window.stride),
      "dilation_rate": .extents(window.dilation), "groups": JSONValue(groups), "padding": window.padding.keras,
      "activation": activation.keras,
      "use_bias": .bool(useBias),
    ].merging(kernelOptions.keras("kernel")) { $1 }.merging(biasOptions.keras("bias")) { $1 }
  }
}

extension SlidingWindow {
  /// As Keras writes it.
  fileprivate var configuration: [String: JSONValue] {
    [
      "kernel_size": .extents(kernel), "strides": .extents(stride), "dilation_rate": .extents(dilation),
      "padding": padding.keras,
    ]
  }
}

extension DepthwiseLayer {
  fileprivate var depthwiseConfiguration: [String: JSONValue] {
    let own: [String: JSONValue] = [
      "depth_multiplier": JSONValue(depthMultiplier), "activation": activation.keras, "use_bias": .bool(useBias),
    ]
    return [window.configuration, kernelOptions.keras("depthwise"), biasOptions.keras("bias")]
      .reduce(own) { $0.merging($1) { $1 } }
  }
}

extension SeparableLayer {
  fileprivate var separableConfiguration: [String: JSONValue] {
    let own: [String: JSONValue] = [
      "filters": JSONValue(filters), "depth_multiplier": JSONValue(depthMultiplier), "activation": activation.keras,
      "use_bias": .bool(useBias),
    ]
    return [
      window.configuration, depthwiseOptions.keras("depthwise"), pointwiseOptions.keras("pointwise"),
      biasOptions.keras("bias"),
    ].reduce(own) { $0.merging($1) { $1 } }
  }
}

extension TransposedConvolutionLayer {
  fileprivate var transposedConfiguration: [String: JSONValue] {
    let own: [String: JSONValue] = [
      "filters": JSONValue(filters), "activation": activation.keras, "use_bias": .bool(useBias),
      "output_padding": outputPadding.map { .extents($0) } ?? .null,
    ]
    return [window.configuration, kernelOptions.keras("kernel"), biasOptions.keras("bias")]
      .reduce(own) { $0.merging($1) { $1 } }
  }
}
