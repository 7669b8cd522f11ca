import Kernels
import Tensors

/// y = x₀ · x₁ · …, element by element.
public struct Multiply: ElementwiseMerging {
  public static let stem = "multiply"

  /// Of two inputs or more.
  public init() {}

  public var backwardReadsInputs: Bool { true }

  public func scratchCount(for inputs: [Shape], output: Shape) -> Int { output.count }

  public func forward(xs: [TensorView], y: TensorView) {
    // y = x₀ · x₁ · …
    fold(.multiply, xs: xs, y: y)
  }

  public func backward(xs: [TensorView], y: TensorView, dy: TensorView, dxs: [TensorView?], scratch: MutableFloatBuffer)
  {
    // forward: y = x₀ · x₁ · …, so dxᵢ = dy times all other x
    let product = scratch.part(0..<dy.shape.count)
    for (index, dx) in dxs.enumerated() {
      guard let dx else { continue }
      let own = Broadcast(dx.shape, to: dy.shape)
      let others = xs.indices.filter { $0 != index }.map { (xs[$0], Broadcast(xs[$0].shape, to: dy.shape)) }
      for n in 0..<dy.samples {
        _ = product.update(fromContentsOf: dy.sample(n))
        for (x, broadcast) in others { broadcast.combine(product, with: x.sample(n).reading, .multiply) }
        own.reduce(product.reading, into: dx.sample(n), factor: 1)
      }
    }
  }
}
