import Datasets
import Tensors

/// The views in which a worker judges samples, and memory for the mean of what the network says of them: none where it
/// judges them as they are.
struct ViewMean {
  private let views: [(view: TestTimeAugmentation.View, share: Float)]
  private let floats: FloatStorage?

  /// For up to `samples` samples with outputs of `output` each; `augmentation` is nil for samples as they are.
  init(_ augmentation: TestTimeAugmentation?, output: Shape, samples: Int) {
    views = augmentation?.views ?? [(.whole, 1)]
    floats = augmentation.map { _ in FloatStorage(count: samples * output.count) }
  }

  /// The mean of what `forward` gives for each view, added in their order; good until the next one.
  func mean(
    _ forward: (_ view: TestTimeAugmentation.View, _ share: Float) throws -> TensorView
  ) rethrows -> TensorView {
    guard let floats else { return try forward(views[0].view, views[0].share) }
    var mean: TensorView?
    for (view, share) in views {
      let outputs = try forward(view, share)
      if let mean {
        for index in 0..<mean.buffer.count { mean.buffer[index] += share * outputs.buffer[index] }
      } else {
        mean = TensorView(samples: outputs.samples, shape: outputs.shape, buffer: floats.buffer)
        for index in 0..<outputs.buffer.count { floats.buffer[index] = share * outputs.buffer[index] }
      }
    }
    guard let mean else { preconditionFailure("there is a view of everything") }
    return mean
  }
}
