import Kernels
import Layers

// Within each family the layers differ in Keras's files by their names and their numbers of axes alone.

// MARK: - Convolutions

extension Conv1D: KerasLayer {}
extension Conv2D: KerasLayer {}
extension Conv3D: KerasLayer {}

extension KerasLayer where Self: ConvolutionLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try ConvolutionReading(&fields, axes: Self.axes)
    self.init(
      read.filters, window: read.window, groups: read.groups, activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] {
    let own: [String: JSONValue] = [
      "filters": JSONValue(filters), "groups": JSONValue(groups), "activation": activation.keras,
      "use_bias": .bool(useBias),
    ]
    return [window.keras, kernelOptions.keras("kernel"), biasOptions.keras("bias")]
      .reduce(own) { $0.merging($1) { $1 } }
  }
}

extension Conv1DTranspose: KerasLayer {}
extension Conv2DTranspose: KerasLayer {}
extension Conv3DTranspose: KerasLayer {}

extension KerasLayer where Self: TransposedConvolutionLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try ConvolutionReading(&fields, axes: Self.axes)
    self.init(
      read.filters, window: read.window, outputPadding: try fields.outputPadding(axes: Self.axes),
      activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.kernelOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] {
    let own: [String: JSONValue] = [
      "filters": JSONValue(filters), "activation": activation.keras, "use_bias": .bool(useBias),
      "output_padding": outputPadding.map { .extents($0) } ?? .null,
    ]
    return [window.keras, kernelOptions.keras("kernel"), biasOptions.keras("bias")]
      .reduce(own) { $0.merging($1) { $1 } }
  }
}

/// What stands in the configuration of a convolution.
private struct ConvolutionReading {
  let filters, groups: Int
  let window: SlidingWindow
  let activation: Activation
  let useBias: Bool
  let kernelOptions, biasOptions: ParameterOptions

  init(_ fields: inout ConfigurationReader, axes: Int) throws(ModelFormatError) {
    filters = try fields.integer("filters")
    window = try fields.window(axes: axes)
    groups = try fields.integer("groups", or: 1)
    activation = try fields.activation()
    useBias = try fields.bool("use_bias", or: true)
    kernelOptions = try fields.options("kernel", or: .glorotUniform)
    biasOptions = try fields.options("bias", or: .zeros)
    try fields.checkTaps(window.kernel)
    guard filters % groups == 0 else {
      throw fields.refusal("groups", JSONValue(groups), expected: "a divisor of the \(filters) filters")
    }
    try fields.requireChannelsLast()
    try fields.requireNull("activity_regularizer")
  }
}

// MARK: - Depthwise convolutions

extension DepthwiseConv1D: KerasLayer {}
extension DepthwiseConv2D: KerasLayer {}

extension KerasLayer where Self: DepthwiseLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let read = try DepthwiseReading(&fields, axes: Self.axes)
    self.init(
      window: read.window, depthMultiplier: read.multiplier, activation: read.activation, useBias: read.useBias)
    (kernelOptions, biasOptions) = (read.depthwiseOptions, read.biasOptions)
  }

  public var configuration: [String: JSONValue] {
    let own: [String: JSONValue] = [
      "depth_multiplier": JSONValue(depthMultiplier), "activation": activation.keras, "use_bias": .bool(useBias),
    ]
    return [window.keras, kernelOptions.keras("depthwise"), biasOptions.keras("bias")]
      .reduce(own) { $0.merging($1) { $1 } }
  }
}

extension SeparableConv1D: KerasLayer {}
extension SeparableConv2D: KerasLayer {}

extension KerasLayer where Self: SeparableLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let (filters, pointwise) = (try fields.integer("filters"), try fields.options("pointwise", or: .glorotUniform))
    let read = try DepthwiseReading(&fields, axes: Self.axes)
    self.init(
      filters, window: read.window, depthMultiplier: read.multiplier, activation: read.activation,
      useBias: read.useBias)
    (depthwiseOptions, pointwiseOptions, biasOptions) = (read.depthwiseOptions, pointwise, read.biasOptions)
  }

  public var configuration: [String: JSONValue] {
    let own: [String: JSONValue] = [
      "filters": JSONValue(filters), "depth_multiplier": JSONValue(depthMultiplier), "activation": activation.keras,
      "use_bias": .bool(useBias),
    ]
    return [
      window.keras, depthwiseOptions.keras("depthwise"), pointwiseOptions.keras("pointwise"), biasOptions.keras("bias"),
    ].reduce(own) { $0.merging($1) { $1 } }
  }
}

/// What stands in the configuration of a depthwise convolution, by itself or with a pointwise one behind it.
private struct DepthwiseReading {
  let window: SlidingWindow
  let multiplier: Int
  let activation: Activation
  let useBias: Bool
  let depthwiseOptions, biasOptions: ParameterOptions

  init(_ fields: inout ConfigurationReader, axes: Int) throws(ModelFormatError) {
    window = try fields.window(axes: axes)
    multiplier = try fields.integer("depth_multiplier", or: 1)
    activation = try fields.activation()
    useBias = try fields.bool("use_bias", or: true)
    depthwiseOptions = try fields.options("depthwise", or: .glorotUniform)
    biasOptions = try fields.options("bias", or: .zeros)
    try fields.checkTaps(window.kernel)
    try fields.requireChannelsLast()
    try fields.requireNull("activity_regularizer")
    // What Keras 2 wrote of the convolution that it made this one of, and what Keras 3 writes of a separable one's.
    fields.ignore("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint", "trainable", "rank")
    if fields.hasValue("filters") { throw fields.refusal("filters", fields.value("filters"), expected: "none") }
    fields.ignore("filters")
  }
}

// MARK: - What they share

extension ConfigurationReader {
  /// Where a kernel slides.
  fileprivate mutating func window(axes: Int) throws(ModelFormatError) -> SlidingWindow {
    SlidingWindow(
      kernel: try extents("kernel_size", axes: axes), stride: try extents("strides", axes: axes, or: 1),
      dilation: try extents("dilation_rate", axes: axes, or: 1), padding: try padding(isCausalTaken: axes == 1))
  }

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

extension SlidingWindow {
  /// As Keras writes it.
  fileprivate var keras: [String: JSONValue] {
    [
      "kernel_size": .extents(kernel), "strides": .extents(stride), "dilation_rate": .extents(dilation),
      "padding": padding.keras,
    ]
  }
}
