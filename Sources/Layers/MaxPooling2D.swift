import Kernels
import Tensors

/// The largest value of each window, which moves by its own size: (H, W, C) → (⌊H / pool⌋, ⌊W / pool⌋, C).
public struct MaxPooling2D: Layer {
  public static let stem = "max_pooling2d"

  /// The window's height and width.
  public let pool: Int

  /// A window of `pool` × `pool`, moved by `pool`.
  public init(_ pool: Int = 2) {
    precondition(pool > 0, "a window has elements")
    self.pool = pool
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 3 else { throw ShapeError("takes (height, width, channels), got \(input)") }
    guard input[0] >= pool && input[1] >= pool else {
      throw ShapeError("a window of \(pool) × \(pool) does not fit into \(input)")
    }
    return [axis(input[0]).output, axis(input[1]).output, input[2]]
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[oh, ow, c] = max of x under the window
    kernel(x.shape).forward(x: x, y: y)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y is one of the x under the window; that one gets dy
    if let dx { kernel(x.shape).backward(x: x, y: y, dy: dy, dx: dx) }
  }

  private func axis(_ input: Int) -> WindowAxis {
    WindowAxis(input: input, kernel: pool, stride: pool, padding: .valid)
  }

  private func kernel(_ input: Shape) -> MaxPooling {
    MaxPooling(vertical: axis(input[0]), horizontal: axis(input[1]), channels: input[2])
  }
}
