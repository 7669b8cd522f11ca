import Kernels
import Tensors

/// What the global max poolings share: the largest value of each channel. Where several are the largest they share the
/// gradient, as in Keras on TensorFlow; in the poolings with a smaller window the first gets it all, as there too.
public protocol GlobalMaxPoolingLayer: GlobalPoolingLayer {}

extension GlobalMaxPoolingLayer {
  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[c] = max of x[·, c]
    MaxPooling(geometry(x.shape)).forward(x: x, y: y)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y is one of the x; all that equal it share dy
    if let dx { MaxPooling(geometry(x.shape)).backwardSharing(x: x, y: y, dy: dy, dx: dx) }
  }
}

/// The largest value of each channel: (length, C) → (C,).
public struct GlobalMaxPooling1D: GlobalMaxPoolingLayer {
  public static let stem = "global_max_pooling1d"
  public static let axes = 1
  public let keepDimensions: Bool

  /// Pools over the whole length; `keepDimensions` leaves axes of extent 1.
  public init(keepDimensions: Bool = false) {
    self.keepDimensions = keepDimensions
  }
}

/// The largest value of each channel: (height, width, C) → (C,).
public struct GlobalMaxPooling2D: GlobalMaxPoolingLayer {
  public static let stem = "global_max_pooling2d"
  public static let axes = 2
  public let keepDimensions: Bool

  /// Pools over all pixels; `keepDimensions` leaves axes of extent 1.
  public init(keepDimensions: Bool = false) {
    self.keepDimensions = keepDimensions
  }
}

/// The largest value of each channel: (depth, height, width, C) → (C,).
public struct GlobalMaxPooling3D: GlobalMaxPoolingLayer {
  public static let stem = "global_max_pooling3d"
  public static let axes = 3
  public let keepDimensions: Bool

  /// Pools over all pixels; `keepDimensions` leaves axes of extent 1.
  public init(keepDimensions: Bool = false) {
    self.keepDimensions = keepDimensions
  }
}
