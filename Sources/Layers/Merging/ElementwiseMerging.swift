import Kernels
import Tensors

/// A merging layer that works element by element. Inputs of other shapes are repeated along the axes where they have an
/// extent of 1, or none (in front), as NumPy broadcasts.
public protocol ElementwiseMerging: MergingLayer {}

extension ElementwiseMerging {
  public func outputShape(for inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs.count >= 2 else { throw ShapeError("takes at least 2 inputs, got \(inputs.count)") }
    var extents = inputs[0].dimensions
    for shape in inputs.dropFirst() {
      let rank = max(extents.count, shape.rank)
      let (left, right) = (Self.widened(extents, to: rank), Self.widened(shape.dimensions, to: rank))
      guard zip(left, right).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else {
        throw ShapeError("takes inputs of one shape, or of extent 1 to be repeated, got \(inputs)")
      }
      extents = zip(left, right).map { max($0, $1) }
    }
    return Shape(extents)
  }

  private static func widened(_ extents: [Int], to rank: Int) -> [Int] {
    Array(repeating: 1, count: rank - extents.count) + extents
  }

  /// y = x₀ ∘ x₁ ∘ …, from the left to the right.
  func fold(_ operation: ElementwiseOperation, xs: [TensorView], y: TensorView) {
    for (index, x) in xs.enumerated() {
      let broadcast = Broadcast(x.shape, to: y.shape)
      for n in 0..<y.samples {
        broadcast.combine(y.sample(n), with: x.sample(n).reading, index == 0 ? .replace : operation)
      }
    }
  }

  /// The gradient of one input of a sum: `factor` times dy, summed over the axes along which the input was repeated.
  func passOn(_ dy: TensorView, to dx: TensorView, factor: Float = 1) {
    let broadcast = Broadcast(dx.shape, to: dy.shape)
    for n in 0..<dy.samples { broadcast.reduce(dy.sample(n).reading, into: dx.sample(n), factor: factor) }
  }
}
