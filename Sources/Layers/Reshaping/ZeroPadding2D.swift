import Tensors

/// Zeros around the image: (H, W, C) → (top + H + bottom, left + W + right, C).
public struct ZeroPadding2D: Layer {
  public static let stem = "zero_padding2d"

  /// Rows of zeros above.
  public let top: Int
  /// Rows of zeros below.
  public let bottom: Int
  /// Columns of zeros before.
  public let left: Int
  /// Columns of zeros behind.
  public let right: Int

  /// Each border by itself.
  public init(top: Int, bottom: Int, left: Int, right: Int) {
    precondition(min(top, bottom, left, right) >= 0, "padding cannot be negative")
    (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
  }

  /// The same on all borders.
  public init(_ padding: Int = 1) {
    self.init(top: padding, bottom: padding, left: padding, right: padding)
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 3 else { throw ShapeError("takes \(SlidingWindow.axes(2)), got \(input)") }
    return [top + input[0] + bottom, left + input[1] + right, input[2]]
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[top + h, left + w, c] = x[h, w, c], else 0
    y.buffer.update(repeating: 0)
    forEachLine(x, y) { line, place in _ = y.buffer.part(place).update(fromContentsOf: x.buffer.part(line)) }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y[top + h, left + w, c] = x[h, w, c]
    guard let dx else { return }
    forEachLine(dx, dy) { line, place in _ = dx.buffer.part(line).update(fromContentsOf: dy.buffer.part(place)) }
  }

  /// Each row of the image: its floats in the small tensor and in the padded one.
  private func forEachLine(_ small: TensorView, _ padded: TensorView, _ body: (Range<Int>, Range<Int>) -> Void) {
    let line = small.shape[1] * small.shape[2]
    let paddedLine = padded.shape[1] * padded.shape[2]
    for n in 0..<small.samples {
      for h in 0..<small.shape[0] {
        let from = (n * small.shape[0] + h) * line
        let to = (n * padded.shape[0] + top + h) * paddedLine + left * small.shape[2]
        body(from..<from + line, to..<to + line)
      }
    }
  }
}
