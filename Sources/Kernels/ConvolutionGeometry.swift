/// How far a window reaches beyond its input, as Keras names it.
public enum Padding: String, Sendable, Codable {
  /// The window stays inside: `(size - ((kernel - 1) * dilation + 1)) / stride + 1` outputs.
  case valid
  /// `ceil(size / stride)` outputs; zeros outside, the odd one at the end.
  case same
}

/// One axis of a sliding window.
public struct WindowAxis: Hashable, Sendable {
  /// The input's extent.
  public let input: Int
  /// How many taps the window has.
  public let kernel: Int
  /// How far the window moves from one output to the next.
  public let stride: Int
  /// How far one tap lies from the next in the input.
  public let dilation: Int
  /// How many zeros are imagined before the input's start.
  public let before: Int
  /// The output's extent; less than 1 when the window does not fit.
  public let output: Int

  /// Lays the window out over `input` elements.
  public init(input: Int, kernel: Int, stride: Int, dilation: Int = 1, padding: Padding) {
    let reach = (kernel - 1) * dilation + 1
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    switch padding {
    case .valid:
      before = 0
      output = input >= reach ? (input - reach) / stride + 1 : 0
    case .same:
      output = (input + stride - 1) / stride
      before = max((output - 1) * stride + reach - input, 0) / 2
    }
  }

  /// The input element under the first tap at `output`; negative inside the padding.
  @inline(__always)
  func origin(_ output: Int) -> Int { output * stride - before }
}

/// The extents of a two-dimensional convolution: (H, W, C) with kernel (kh, kw, C, filters) gives (OH, OW, filters).
public struct ConvolutionGeometry: Hashable, Sendable {
  /// Height: H, kh, OH.
  public let vertical: WindowAxis
  /// Width: W, kw, OW.
  public let horizontal: WindowAxis
  /// C.
  public let channels: Int
  /// The output's channels.
  public let filters: Int

  /// Combines the two axes with the channels.
  public init(vertical: WindowAxis, horizontal: WindowAxis, channels: Int, filters: Int) {
    self.vertical = vertical
    self.horizontal = horizontal
    self.channels = channels
    self.filters = filters
  }

  /// Floats of one input sample, H·W·C.
  public var inputCount: Int { vertical.input * horizontal.input * channels }
  /// Floats of one output sample, OH·OW·filters.
  public var outputCount: Int { vertical.output * horizontal.output * filters }
  /// The inner extent of the matrix product, kh·kw·C.
  public var patch: Int { vertical.kernel * horizontal.kernel * channels }
}
