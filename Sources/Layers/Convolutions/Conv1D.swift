import Kernels

/// One-dimensional convolution with bias and activation: (length, C) → (length', filters), where an axis gives
/// `(size - ((kernel - 1)·dilation + 1)) / stride + 1` outputs with valid padding and `ceil(size / stride)` with same.
///
/// Parameters: `kernel` (k, C / groups, filters); `bias` (filters,).
public struct Conv1D: ConvolutionLayer {
  public static let stem = "conv1d"

  public let filters: Int
  public let groups: Int
  public let window: SlidingWindow
  public var activation: Activation
  public let useBias: Bool
  public var kernelOptions: ParameterOptions
  public var biasOptions: ParameterOptions

  /// `filters` outputs from each place of a kernel of `kernel` taps.
  public init(
    _ filters: Int, kernel: Int, stride: Int = 1, padding: Padding = .valid, dilation: Int = 1, groups: Int = 1,
    activation: Activation = .linear, useBias: Bool = true, kernelInitializer: Initializer = .glorotUniform,
    biasInitializer: Initializer = .zeros, kernelRegularizer: Regularizer? = nil
  ) {
    precondition(filters > 0, "a convolution has filters")
    precondition(groups > 0 && filters % groups == 0, "each group has as many filters")
    self.groups = groups
    self.filters = filters
    window = SlidingWindow(kernel: [kernel], stride: [stride], dilation: [dilation], padding: padding)
    self.activation = activation
    self.useBias = useBias
    kernelOptions = ParameterOptions(kernelInitializer, regularizer: kernelRegularizer)
    biasOptions = ParameterOptions(biasInitializer)
  }
}
