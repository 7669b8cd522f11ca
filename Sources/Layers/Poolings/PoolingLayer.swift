import Tensors

/// A layer that makes one of all values under a window, channel by channel: (axes…, C) → (axes'…, C), where `SlidingWindow`
/// gives the extents.
public protocol PoolingLayer: Layer {
  /// Where it slides.
  var window: SlidingWindow { get }
}

extension PoolingLayer {
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    Shape(try window.outputExtents(for: input, "a window") + [input[input.rank - 1]])
  }
}
