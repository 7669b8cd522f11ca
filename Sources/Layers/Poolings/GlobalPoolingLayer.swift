import Kernels
import Tensors

/// A pooling whose window is the whole input: (axes…, C) → (C,), or (1…, C) with `keepDimensions`.
public protocol GlobalPoolingLayer: Layer {
  /// How many axes it pools over.
  static var axes: Int { get }
  /// Whether the axes stay, with an extent of 1.
  var keepDimensions: Bool { get }
}

extension GlobalPoolingLayer {
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == Self.axes + 1 else {
      throw ShapeError("takes \(SlidingWindow.axes(Self.axes)), got \(input)")
    }
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
