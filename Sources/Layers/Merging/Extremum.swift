import Kernels
import Tensors

/// A merging layer that takes the largest or the smallest of its inputs, element by element. The gradient goes to the first
/// input that has it, as in Keras's fold from the left.
public protocol ExtremumLayer: ElementwiseMerging {
  /// Largest or smallest.
  var operation: ElementwiseOperation { get }
}

extension ExtremumLayer {
  public var backwardReadsInputs: Bool { true }
  public var backwardReadsOutput: Bool { true }
  public func scratchCount(for inputs: [Shape], output: Shape) -> Int { output.count }

  public func forward(xs: [TensorView], y: TensorView) {
    // y = max(x₀, x₁, …), or min
    fold(operation, xs: xs, y: y)
  }

  public func backward(xs: [TensorView], y: TensorView, dy: TensorView, dxs: [TensorView?], scratch: MutableFloatBuffer)
  {
    // forward: y = max(x₀, x₁, …), or min, so dxᵢ = dy where xᵢ is y and no x before it is
    let masked = scratch.part(0..<dy.shape.count)
    let broadcasts = xs.map { Broadcast($0.shape, to: dy.shape) }
    for (index, dx) in dxs.enumerated() {
      guard let dx else { continue }
      for n in 0..<dy.samples {
        _ = masked.update(fromContentsOf: dy.sample(n))
        let y = y.sample(n).reading
        for earlier in 0..<index {
          broadcasts[earlier].mask(masked, where: xs[earlier].sample(n).reading, equals: y, keeps: false)
        }
        broadcasts[index].mask(masked, where: xs[index].sample(n).reading, equals: y, keeps: true)
        broadcasts[index].reduce(masked.reading, into: dx.sample(n), factor: 1)
      }
    }
  }
}

/// y = max(x₀, x₁, …), element by element.
public struct Maximum: ExtremumLayer {
  public static let stem = "maximum"
  public var operation: ElementwiseOperation { .maximum }

  /// Of two inputs or more.
  public init() {}
}

/// y = min(x₀, x₁, …), element by element.
public struct Minimum: ExtremumLayer {
  public static let stem = "minimum"
  public var operation: ElementwiseOperation { .minimum }

  /// Of two inputs or more.
  public init() {}
}
