import Tensors

/// A layer over sequences, images or volumes: (length, C), (height, width, C) or (depth, height, width, C).
public protocol SpatialLayer: Layer {
  /// How many axes there are beside the channels, 1 to 3.
  static var axes: Int { get }
}

/// A spatial layer with a window that slides over its axes.
public protocol WindowedLayer: SpatialLayer {
  /// What the window's size, stride and dilation are written as: a number for one axis, `Extents2` or `Extents3` for more.
  associatedtype Extents: AxisExtents

  /// Where it slides.
  var window: SlidingWindow { get }
}

extension WindowedLayer {
  public static var axes: Int { Extents.axes }
}

/// A layer that can leave out its last outputs on each axis.
public protocol TrimmableLayer: WindowedLayer {
  /// The same layer with at most so many outputs on each axis, outermost first.
  func giving(_ extents: [Int]) -> Self
}

extension Shape {
  /// Takes the shape for one with `axes` spatial axes and channels.
  ///
  /// - Throws: `ShapeError` where it has other axes.
  func requireSpatialAxes(_ axes: Int) throws(ShapeError) {
    guard rank == axes + 1 else {
      let expected = ["(length, channels)", "(height, width, channels)", "(depth, height, width, channels)"][axes - 1]
      throw ShapeError("takes \(expected), got \(self)")
    }
  }
}
