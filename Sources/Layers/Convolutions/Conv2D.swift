import Kernels

/// Two-dimensional convolution with bias and activation: (H, W, C) → (OH, OW, filters), where an axis gives
/// `(size - ((kernel - 1)·dilation + 1)) / stride + 1` outputs with valid padding and `ceil(size / stride)` with same.
///
/// Parameters: `kernel` (kh, kw, C / groups, filters); `bias` (filters,).
public struct Conv2D: ConvolutionLayer {
  public static let stem = "conv2d"

  public let filters: Int
  public let groups: Int
  public let window: SlidingWindow
  public var activation: Activation
  public let useBias: Bool
  public var kernelOptions: ParameterOptions
  public var biasOptions: ParameterOptions

  /// `filters` outputs from each place of a kernel of `kernel` height and width.
  public init(
    _ filters: Int, kernel: Extents2, stride: Extents2 = 1, padding: Padding = .valid, dilation: Extents2 = 1,
    groups: Int = 1,
    activation: Activation = .linear, useBias: Bool = true, kernelInitializer: Initializer = .glorotUniform,
    biasInitializer: Initializer = .zeros, kernelRegularizer: Regularizer? = nil
  ) {
    precondition(filters > 0, "a convolution has filters")
    precondition(groups > 0 && filters % groups == 0, "each group has as many filters")
    self.groups = groups
    self.filters = filters
    window = SlidingWindow(kernel: kernel.list, stride: stride.list, dilation: dilation.list, padding: padding)
    self.activation = activation
    self.useBias = useBias
    kernelOptions = ParameterOptions(kernelInitializer, regularizer: kernelRegularizer)
    biasOptions = ParameterOptions(biasInitializer)
  }
}
