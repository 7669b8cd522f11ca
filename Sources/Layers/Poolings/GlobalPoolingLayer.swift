import Kernels
import Tensors

/// A pooling whose window is the whole input: (axes…, C) → (C,), or (1…, C) with `keepDimensions`.
public protocol GlobalPoolingLayer: SpatialLayer {
  /// Whether the axes stay, with an extent of 1.
  var keepDimensions: Bool { get }

  /// Pools over all pixels; `keepDimensions` leaves axes of extent 1.
  init(keepDimensions: Bool)
}

extension GlobalPoolingLayer {
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try input.requireSpatialAxes(Self.axes)
    let ones = [Int](repeating: 1, count: keepDimensions ? Self.axes : 0)
    return Shape(ones + [input[Self.axes]])
  }

  /// One line of all pixels under one window of that length: the axes make no difference.
  func geometry(_ input: Shape) -> WindowGeometry {
    let channels = input[Self.axes]
    let pixels = input.count / channels
    return WindowGeometry(
      width: WindowAxis(input: pixels, kernel: pixels, stride: 1, padding: .valid), channels: channels)
  }
}
