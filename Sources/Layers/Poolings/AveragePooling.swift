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
  public typealias Extents = Int
  public static let stem = "average_pooling1d"
  public let window: SlidingWindow

  public init(window: SlidingWindow) { self.window = window }
}

/// The mean of each window on (height, width, C).
public struct AveragePooling2D: AveragePoolingLayer {
  public typealias Extents = Extents2
  public static let stem = "average_pooling2d"
  public let window: SlidingWindow

  public init(window: SlidingWindow) { self.window = window }
}

/// The mean of each window on (depth, height, width, C).
public struct AveragePooling3D: AveragePoolingLayer {
  public typealias Extents = Extents3
  public static let stem = "average_pooling3d"
  public let window: SlidingWindow

  public init(window: SlidingWindow) { self.window = window }
}
