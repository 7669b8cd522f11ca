import Kernels
import Tensors

/// What the average poolings share: the mean of each window, channel by channel, without padding, as in Keras.
public protocol AveragePoolingLayer: PoolingLayer {}

extension AveragePoolingLayer {
  public var backwardReadsInput: Bool { false }

  public var backwardReadsOutput: Bool { false }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[o, c] = Σ x under the window / its pixels
    AveragePooling(window.geometry(x.shape)).forward(x: x, y: y)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: a mean, so each pixel gets its share of dy
    if let dx { AveragePooling(window.geometry(x.shape)).backward(dy: dy, dx: dx) }
  }
}

/// The mean of each window on (length, C).
public struct AveragePooling1D: AveragePoolingLayer {
  public static let stem = "average_pooling1d"
  public let window: SlidingWindow

  /// A window of `pool`, moved by `stride`, or by its own size.
  public init(_ pool: Int = 2, stride: Int? = nil, padding: Padding = .valid) {
    window = SlidingWindow(kernel: [pool], stride: [stride ?? pool], padding: padding)
  }
}

/// The mean of each window on (height, width, C).
public struct AveragePooling2D: AveragePoolingLayer {
  public static let stem = "average_pooling2d"
  public let window: SlidingWindow

  /// A window of `pool`, moved by `stride`, or by its own size.
  public init(_ pool: Extents2 = 2, stride: Extents2? = nil, padding: Padding = .valid) {
    window = SlidingWindow(kernel: pool.list, stride: (stride ?? pool).list, padding: padding)
  }
}

/// The mean of each window on (depth, height, width, C).
public struct AveragePooling3D: AveragePoolingLayer {
  public static let stem = "average_pooling3d"
  public let window: SlidingWindow

  /// A window of `pool`, moved by `stride`, or by its own size.
  public init(_ pool: Extents3 = 2, stride: Extents3? = nil, padding: Padding = .valid) {
    window = SlidingWindow(kernel: pool.list, stride: (stride ?? pool).list, padding: padding)
  }
}
