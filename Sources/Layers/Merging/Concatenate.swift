import Tensors

/// Inputs one behind the other along an axis; all other axes are alike: (…, C₀, …), (…, C₁, …) → (…, C₀ + C₁, …).
public struct Concatenate: MergingLayer {
  public static let stem = "concatenate"

  /// The axis among those of one sample: 0 for the outermost, negative ones counted from the innermost, which is -1.
  public let axis: Int

  /// Along the channels, if nothing else is wished.
  public init(axis: Int = -1) {
    self.axis = axis
  }

  public func outputShape(for inputs: [Shape]) throws(ShapeError) -> Shape {
    guard let first = inputs.first else { throw ShapeError("takes at least 1 input, got none") }
    guard -first.rank..<first.rank ~= axis else {
      throw ShapeError("takes inputs with an axis \(axis), got \(inputs)")
    }
    let axis = place(in: first)
    var extents = first.dimensions
    for shape in inputs.dropFirst() {
      guard shape.rank == first.rank, extents.indices.allSatisfy({ $0 == axis || shape[$0] == first[$0] }) else {
        throw ShapeError("takes inputs that are alike but for axis \(self.axis), got \(inputs)")
      }
      extents[axis] += shape[axis]
    }
    return Shape(extents)
  }

  public func forward(xs: [TensorView], y: TensorView) {
    // y = x₀, x₁, … side by side
    forEachRun(xs.map { Optional($0) }, y) { x, y in _ = y.update(fromContentsOf: x) }
  }

  public func backward(xs: [TensorView], y: TensorView, dy: TensorView, dxs: [TensorView?], scratch: MutableFloatBuffer)
  {
    // forward: y = x₀, x₁, … side by side
    let shapes = xs.map(\.shape)
    forEachRun(dxs, dy, shapes: shapes) { dx, dy in _ = dx.update(fromContentsOf: dy) }
  }

  private func place(in shape: Shape) -> Int { axis < 0 ? shape.rank + axis : axis }

  /// Each run of floats that an input and the output have in common.
  ///
  /// - Parameter shapes: those of all parts, where some are nil.
  private func forEachRun(
    _ parts: [TensorView?], _ whole: TensorView, shapes: [Shape]? = nil,
    _ body: (MutableFloatBuffer, MutableFloatBuffer) -> Void
  ) {
    let axis = place(in: whole.shape)
    let inner = whole.shape.dimensions[(axis + 1)...].reduce(1, *)
    let outer = whole.samples * whole.shape.dimensions[..<axis].reduce(1, *)
    let stride = whole.shape[axis] * inner
    var start = 0
    for (index, part) in parts.enumerated() {
      guard let shape = part?.shape ?? shapes?[index] else { continue }
      let run = shape[axis] * inner
      if let part {
        for line in 0..<outer {
          body(
            part.buffer.part(line * run..<(line + 1) * run),
            whole.buffer.part(line * stride + start..<line * stride + start + run))
        }
      }
      start += run
    }
  }
}
