import Kernels
import Tensors

/// A window that slides over one, two or three axes: (length, C), (height, width, C) or (depth, height, width, C). An axis
/// gives `(size - ((kernel - 1)·dilation + 1)) / stride + 1` outputs with valid padding and `ceil(size / stride)` with same.
public struct SlidingWindow: Hashable, Sendable {
  /// How many taps the window has on each axis, outermost first.
  public let kernel: [Int]
  /// How far it moves on each axis.
  public let stride: [Int]
  /// How far one tap lies from the next on each axis.
  public let dilation: [Int]
  /// How the borders are treated.
  public let padding: Padding
  /// How many outputs there are at most on each axis; nil for all that there is room for. Keras knows nothing of it: it serves
  /// those whose last outputs no one looks at.
  package var outputs: [Int]?

  /// One extent for each axis; without dilation the taps lie side by side.
  public init(kernel: [Int], stride: [Int], dilation: [Int]? = nil, padding: Padding) {
    let dilation = dilation ?? kernel.map { _ in 1 }
    precondition(
      1...3 ~= kernel.count && stride.count == kernel.count && dilation.count == kernel.count,
      "a window has as many strides and dilations as axes")
    precondition((kernel + stride + dilation).allSatisfy { $0 > 0 }, "a window's extents are positive")
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
  }

  /// The extents of the output without its channels.
  ///
  /// - Parameter noun: what does not fit, such as `a kernel`.
  /// - Throws: `ShapeError` when the input has other axes or is smaller than the window.
  func outputExtents(for input: Shape, _ noun: String) throws(ShapeError) -> [Int] {
    try input.requireSpatialAxes(kernel.count)
    let geometry = geometry(input)
    guard geometry.fits else {
      let taps = kernel.map(String.init).joined(separator: " × ")
      let gaps =
        dilation.contains { $0 > 1 } ? " with dilation \(dilation.map(String.init).joined(separator: " × "))" : ""
      throw ShapeError("\(noun) of \(taps)\(gaps) does not fit into \(input)")
    }
    return [geometry.depth.output, geometry.height.output, geometry.width.output].suffix(kernel.count)
  }

  /// The extents of the input's part, from the first element on, that lies under the window anywhere.
  package func reach(_ input: Shape) -> [Int] {
    let geometry = geometry(input)
    return [geometry.depth.reach, geometry.height.reach, geometry.width.reach].suffix(kernel.count)
  }

  /// The window laid out over samples of `input` shape.
  func geometry(_ input: Shape) -> WindowGeometry {
    WindowGeometry(
      depth: axis(kernel.count - 3, input), height: axis(kernel.count - 2, input), width: axis(kernel.count - 1, input),
      channels: input[kernel.count])
  }

  private func axis(_ index: Int, _ input: Shape) -> WindowAxis {
    guard index >= 0 else { return .single }
    return WindowAxis(
      input: input[index], kernel: kernel[index], stride: stride[index], dilation: dilation[index], padding: padding,
      outputs: outputs?[index] ?? .max)
  }
}
