import Kernels
import Tensors

/// A layer whose outputs cost something by their size, besides what they do to the loss.
public protocol ActivityPenalty: Layer {
  /// What the outputs of some samples cost together.
  func penalty(of outputs: FloatBuffer) -> Double
}

/// Passes its input on; the loss of a sample grows by `l1 · Σ |x| + l2 · Σ x²` over its elements. The shape stays.
public struct ActivityRegularization: ActivityPenalty {
  public static let stem = "activity_regularization"
  /// What the size of an element costs.
  public let l1: Float
  /// What a squared element costs.
  public let l2: Float

  /// Neither is negative.
  public init(l1: Float = 0, l2: Float = 0) {
    precondition(l1 >= 0 && l2 >= 0, "a penalty is not negative")
    (self.l1, self.l2) = (l1, l2)
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public var backwardReadsOutput: Bool { false }

  public func penalty(of outputs: FloatBuffer) -> Double {
    (l1 > 0 ? Double(l1) * absoluteSum(outputs) : 0) + (l2 > 0 ? Double(l2) * squaredSum(outputs) : 0)
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {
    // y = x
    _ = y.buffer.update(fromContentsOf: x.reading)
  }

  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {
    // forward: y = x, and the mean loss has (l1·|x| + l2·x²) / batch more
    guard let dx else { return }
    let (x, dy, target) = (x.reading, dy.reading, dx.buffer)
    let (size, square) = (l1 * pass.sampleWeight, 2 * l2 * pass.sampleWeight)
    for i in 0..<x.count { target[i] = dy[i] + (x[i] > 0 ? size : x[i] < 0 ? -size : 0) + square * x[i] }
  }
}
