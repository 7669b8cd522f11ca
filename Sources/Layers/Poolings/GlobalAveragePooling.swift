import Kernels
import Tensors

/// What the global average poolings share: the mean of each channel over all pixels.
public protocol GlobalAveragePoolingLayer: GlobalPoolingLayer {}

extension GlobalAveragePoolingLayer {
  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[c] = Σ x[·, c] / pixels
    AveragePooling(geometry(x.shape)).forward(x: x, y: y)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: a mean, so each pixel gets its share of dy
    if let dx { AveragePooling(geometry(x.shape)).backward(dy: dy, dx: dx) }
  }
}

/// The mean of each channel: (length, C) → (C,).
public struct GlobalAveragePooling1D: GlobalAveragePoolingLayer {
  public static let stem = "global_average_pooling1d"
  public static let axes = 1
  public let keepDimensions: Bool

  /// Pools over the whole length; `keepDimensions` leaves axes of extent 1.
  public init(keepDimensions: Bool = false) {
    self.keepDimensions = keepDimensions
  }
}

/// The mean of each channel: (height, width, C) → (C,).
public struct GlobalAveragePooling2D: GlobalAveragePoolingLayer {
  public static let stem = "global_average_pooling2d"
  public static let axes = 2
  public let keepDimensions: Bool

  /// Pools over all pixels; `keepDimensions` leaves axes of extent 1.
  public init(keepDimensions: Bool = false) {
    self.keepDimensions = keepDimensions
  }
}

/// The mean of each channel: (depth, height, width, C) → (C,).
public struct GlobalAveragePooling3D: GlobalAveragePoolingLayer {
  public static let stem = "global_average_pooling3d"
  public static let axes = 3
  public let keepDimensions: Bool

  /// Pools over all pixels; `keepDimensions` leaves axes of extent 1.
  public init(keepDimensions: Bool = false) {
    self.keepDimensions = keepDimensions
  }
}
