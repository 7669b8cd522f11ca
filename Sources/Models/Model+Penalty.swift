import Kernels
import Layers
import Tensors

extension Model {
  /// What the size of the weights costs: `Σ (l2 · Σ w² + l1 · Σ |w|)` over the tensors that have a regulariser. It is a part of the loss,
  /// as in Keras, also when a network is evaluated.
  ///
  /// - Parameter values: the arena's values.
  public func penalty(_ values: FloatBuffer) -> Double {
    stages.filter { $0.first == nil }.flatMap { zip($0.parameters, $0.ranges) }.reduce(0) { sum, parameter in
      guard let regularizer = parameter.0.regularizer else { return sum }
      let own = values.part(parameter.1)
      return sum + Double(regularizer.l2) * squaredSum(own)
        + (regularizer.l1 > 0 ? Double(regularizer.l1) * absoluteSum(own) : 0)
    }
  }
}
