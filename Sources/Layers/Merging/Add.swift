import Kernels
import Tensors

/// y = f(x₀ + x₁ + …), element by element.
public struct Add: ElementwiseMerging, Activatable {
  public static let stem = "add"

  /// f, the function of the stage behind, where that is run along with this one.
  package var activation = Activation.linear

  /// Of two inputs or more.
  public init() {}

  /// Nothing is kept from before f.
  package func takes(_ activation: Activation) -> Bool { activation.isElementwise && !activation.readsInput }

  public var backwardReadsOutput: Bool { activation.readsOutput }

  public func forward(xs: [TensorView], y: TensorView) {
    // y = f(x₀ + x₁ + …)
    if xs.allSatisfy({ $0.shape == y.shape }) {
      return sum(xs.map(\.reading), into: y.buffer, activation: activation)
    }
    fold(.add, xs: xs, y: y)
    activation.apply(bias: nil, to: y.buffer, channels: 1)
  }

  public func backward(xs: [TensorView], y: TensorView, dy: TensorView, dxs: [TensorView?], scratch: MutableFloatBuffer)
  {
    // forward: y = f(x₀ + x₁ + …), so every dx is dy·f'
    activation.gradient(y: y.reading, dy: dy.buffer, channels: 1)
    for case let dx? in dxs { passOn(dy, to: dx) }
  }
}
