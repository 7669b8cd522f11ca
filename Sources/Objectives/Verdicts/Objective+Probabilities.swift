import Kernels
import Tensors

extension Objective {
  /// Turns outputs into what they stand for: probabilities where a softmax or a sigmoid is left to the loss, else what they
  /// are. A sample's numbers are the same whatever stands beside it.
  ///
  /// - Parameters:
  ///   - outputs: (samples, output shape…).
  ///   - target: as many floats.
  public func probabilities(of outputs: FloatBuffer, into target: MutableFloatBuffer) {
    switch form {
    case .softmaxLogits: softmaxRows(outputs, into: target, classes: width)
    case .sigmoidLogits: Activation.sigmoid.apply(outputs, into: target, channels: width)
    case .values: _ = target.update(fromContentsOf: outputs)
    }
  }
}
