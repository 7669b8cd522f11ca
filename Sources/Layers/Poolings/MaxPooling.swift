import Kernels
import Tensors

/// What the max poolings share: the largest value of each window, channel by channel; padding never wins.
public protocol MaxPoolingLayer: PoolingLayer {}

extension MaxPoolingLayer {
  public var rectifiesGradient: Bool { true }

  public var backwardReadsInput: Bool { false }

  public var backwardReadsOutput: Bool { false }

  /// Which pixel won, for each output.
  public func keptCount(for input: Shape) -> Int { MaxPooling(window.geometry(input)).outputCount }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[o, c] = max of x under the window
    MaxPooling(window.geometry(x.shape)).forward(x: x, y: y, winners: pass.kept, rectifies: pass.inputIsRectified)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y is one of the x under the window; the first such gets dy
    if let dx { MaxPooling(window.geometry(x.shape)).backward(winners: pass.kept.reading, dy: dy, dx: dx) }
  }
}

/// The largest value of each window on (length, C).
public struct MaxPooling1D: MaxPoolingLayer {
  public typealias Extents = Int
  public static let stem = "max_pooling1d"
  public let window: SlidingWindow

  public init(window: SlidingWindow) { self.window = window }
}

/// The largest value of each window on (height, width, C).
public struct MaxPooling2D: MaxPoolingLayer {
  public typealias Extents = Extents2
  public static let stem = "max_pooling2d"
  public let window: SlidingWindow

  public init(window: SlidingWindow) { self.window = window }
}

/// The largest value of each window on (depth, height, width, C).
public struct MaxPooling3D: MaxPoolingLayer {
  public typealias Extents = Extents3
  public static let stem = "max_pooling3d"
  public let window: SlidingWindow

  public init(window: SlidingWindow) { self.window = window }
}
