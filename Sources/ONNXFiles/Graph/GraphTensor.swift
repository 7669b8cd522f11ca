import Tensors

/// A value of the graph, on its way from one layer to the next: N samples of `shape`, whose channels come last in the network's
/// terms, however they lie.
struct GraphTensor {
  /// How the axes of several samples lie.
  enum Layout {
    /// (N, axes…, C), as the network has it, and as users give samples.
    case channelsLast
    /// (N, C, axes…), as ONNX's convolutions and poolings have it.
    case channelsFirst
  }

  let name: String
  let shape: Shape
  let layout: Layout

  /// How many axes lie between the samples' and the channels'.
  var spatialAxes: Int { max(shape.rank - 1, 0) }

  /// ONNX's number of an axis of one sample.
  func axis(_ index: Int) -> Int { Self.axis(index, of: shape.rank, layout) }

  /// ONNX's numbers of all axes but those of samples and channels.
  var spatial: [Int] { (0..<spatialAxes).map(axis) }

  /// ONNX's number of the axis of channels.
  var channelAxis: Int { axis(shape.rank - 1) }

  /// The extents of one sample as they lie.
  var laidExtents: [Int] { Self.laid(shape.dimensions, layout) }

  /// Numbers of the axes of one sample, in the order in which those lie.
  static func laid<Element>(_ elements: [Element], _ layout: Layout) -> [Element] {
    guard layout == .channelsFirst, let last = elements.last else { return elements }
    return [last] + elements.dropLast()
  }

  private static func axis(_ index: Int, of rank: Int, _ layout: Layout) -> Int {
    switch layout {
    case .channelsLast: index + 1
    case .channelsFirst: index == rank - 1 ? 1 : index + 2
    }
  }
}
