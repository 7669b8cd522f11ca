import Kernels
import Tensors

/// A layer that makes one of all values under a window, channel by channel: (axes…, C) → (axes'…, C), where `SlidingWindow`
/// gives the extents.
public protocol PoolingLayer: WindowedLayer {
  /// Pools what lies under `window`, which has the layer's axes.
  init(window: SlidingWindow)
}

extension PoolingLayer {
  /// A window of `pool`, moved by `stride`, or by its own size.
  public init(_ pool: Extents = 2, stride: Extents? = nil, padding: Padding = .valid) {
    self.init(window: SlidingWindow(kernel: pool.list, stride: (stride ?? pool).list, padding: padding))
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    Shape(try window.outputExtents(for: input, "a window") + [input[input.rank - 1]])
  }
}
