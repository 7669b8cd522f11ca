import Tensors

/// Axes in another order: y[i…] = x[i… by `order`], where axis k of y is axis `order[k]` of x.
public struct Permute: Layer {
  public static let stem = "permute"
  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  /// For each axis of the output, the axis of the input that it is, from 0.
  public let order: [Int]

  /// A permutation of 0, 1, …
  public init(_ order: [Int]) {
    precondition(order.sorted() == Array(order.indices), "\(order) is no permutation of axes")
    self.order = order
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == order.count else { throw ShapeError("takes \(order.count) axes, got \(input)") }
    return Shape(order.map { input[$0] })
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[i₀, i₁, …] = x[…], axis k of y being axis order[k] of x
    forEachPlace(x.shape, x.samples) { from, to in y.buffer[to] = x.buffer[from] }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: each element has one place
    guard let dx else { return }
    forEachPlace(x.shape, x.samples) { from, to in dx.buffer[from] = dy.buffer[to] }
  }

  private func forEachPlace(_ input: Shape, _ samples: Int, _ body: (_ from: Int, _ to: Int) -> Void) {
    let strides = input.dimensions.indices.map { input.dimensions[($0 + 1)...].reduce(1, *) }
    let (extents, steps) = (order.map { input[$0] }, order.map { strides[$0] })
    for n in 0..<samples {
      for to in 0..<input.count {
        var (rest, from) = (to, n * input.count)
        for axis in extents.indices.reversed() {
          from += rest % extents[axis] * steps[axis]
          rest /= extents[axis]
        }
        body(from, n * input.count + to)
      }
    }
  }
}

/// A row, several times: (C,) → (n, C).
public struct RepeatVector: Layer {
  public static let stem = "repeat_vector"
  public var backwardReadsInput: Bool { false }
  public var backwardReadsOutput: Bool { false }

  /// How many times.
  public let count: Int

  /// `count` times.
  public init(_ count: Int) {
    precondition(count > 0, "a row is repeated at least once")
    self.count = count
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.rank == 1 else { throw ShapeError("takes (channels,), got \(input)") }
    return [count, input[0]]
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y[i, c] = x[c]
    let width = x.shape.count
    for n in 0..<x.samples {
      for i in 0..<count {
        _ = y.sample(n).part(i * width..<(i + 1) * width).update(fromContentsOf: x.sample(n))
      }
    }
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y[i, c] = x[c], so dx[c] = Σ dy[·, c]
    guard let dx else { return }
    dx.buffer.update(repeating: 0)
    for n in 0..<x.samples {
      let (sum, rows) = (dx.sample(n), dy.sample(n))
      for i in 0..<count { for c in 0..<sum.count { sum[c] += rows[i * sum.count + c] } }
    }
  }
}
