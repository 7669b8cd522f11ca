import Datasets
import Kernels
import Layers
import Models
import Tensors

/// One worker: the memory to take a slice through the network, forward and backward, on one thread.
final class SliceWorker {
  private let model: Sequential
  private let workspace: Workspace
  private let samples: UnsafeMutableBufferPointer<Int32>
  private let labels: UnsafeMutableBufferPointer<Int32>

  /// Makes room for slices of up to `slice` samples.
  init(model: Sequential, slice: Int) {
    self.model = model
    workspace = Workspace(model: model, samples: slice)
    samples = .allocate(capacity: slice)
    labels = .allocate(capacity: slice)
    samples.initialize(repeating: 0)
    labels.initialize(repeating: 0)
  }

  deinit {
    samples.deallocate()
    labels.deallocate()
  }

  /// Computes the score of the given samples and leaves their gradient, weighted for a global batch of `batch` samples,
  /// in `gradient`, whose tail takes the score.
  ///
  /// - Parameters:
  ///   - slice: indices into the data set.
  ///   - draw: seed and epoch of the random draws.
  ///   - filled: called with the place from which on `gradient` is complete, falling to 0.
  func train(
    _ slice: ArraySlice<Int32>, of dataset: any Dataset, batch: Int, seed: UInt64, epoch: Int, values: FloatBuffer,
    gradient: MutableFloatBuffer, filled: (Int) throws -> Void
  ) rethrows {
    let labels = load(slice, of: dataset)
    let draw = LayerPass.Draw(seed: seed, epoch: epoch, samples: UnsafeBufferPointer(rebasing: samples[..<slice.count]))
    let logits = workspace.forward(samples: slice.count, values: values, draw: draw)
    GradientTail.write(SoftmaxCrossentropy.forward(logits: logits.reading, labels: labels), behind: gradient)
    SoftmaxCrossentropy.backward(logits: logits.buffer, labels: labels, batch: batch)
    try workspace.backward(dlogits: logits, values: values, gradients: gradient, draw: draw, filled: filled)
  }

  /// The score of the given samples.
  func evaluate(_ slice: ArraySlice<Int32>, of dataset: any Dataset, values: FloatBuffer) -> Score {
    let labels = load(slice, of: dataset)
    let logits = workspace.forward(samples: slice.count, values: values, draw: nil)
    return SoftmaxCrossentropy.forward(logits: logits.reading, labels: labels)
  }

  /// Loads pixels and labels.
  private func load(_ slice: ArraySlice<Int32>, of dataset: any Dataset) -> UnsafeBufferPointer<Int32> {
    let input = workspace.input(samples: slice.count)
    for (n, sample) in slice.enumerated() {
      samples[n] = sample
      labels[n] = Int32(dataset.label(of: Int(sample)))
      dataset.load(Int(sample), into: input.sample(n))
    }
    return UnsafeBufferPointer(rebasing: labels[..<slice.count])
  }
}

/// What travels behind the gradient and is summed with it.
enum GradientTail {
  /// Two floats: the sum of the losses and the number of right answers (exact up to 2^24 samples a batch).
  static let count = 2

  /// Puts a slice's score into the last floats of its gradient.
  static func write(_ score: Score, behind gradient: MutableFloatBuffer) {
    gradient[gradient.count - 2] = Float(score.loss)
    gradient[gradient.count - 1] = Float(score.correct)
  }

  /// Takes the batch's score from the last floats of the sum.
  static func read(behind gradient: FloatBuffer) -> Score {
    var score = Score()
    score.loss = Double(gradient[gradient.count - 2])
    score.correct = Int(gradient[gradient.count - 1])
    return score
  }
}
