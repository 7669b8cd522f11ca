import Kernels

/// Three-dimensional convolution with bias and activation: (D, H, W, C) → (OD, OH, OW, filters), where an axis gives
/// `(size - ((kernel - 1)·dilation + 1)) / stride + 1` outputs with valid padding and `ceil(size / stride)` with same.
///
/// Parameters: `kernel` (kd, kh, kw, C / groups, filters); `bias` (filters,).
public struct Conv3D: ConvolutionLayer {
  public typealias Extents = Extents3
  public static let stem = "conv3d"

  public let filters: Int
  public let window: SlidingWindow
  public let groups: Int
  public var activation: Activation
  public let useBias: Bool
  public var kernelOptions = ParameterOptions.kernel
  public var biasOptions = ParameterOptions.bias

  public init(_ filters: Int, window: SlidingWindow, groups: Int, activation: Activation, useBias: Bool) {
    precondition(filters > 0, "a convolution has filters")
    precondition(groups > 0 && filters % groups == 0, "each group has as many filters")
    (self.filters, self.window, self.groups) = (filters, window, groups)
    (self.activation, self.useBias) = (activation, useBias)
  }
}
