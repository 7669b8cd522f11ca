import Kernels
import Tensors

/// What travels behind the gradient and is summed with it.
enum GradientTail {
  /// Two floats: the sum of the losses and the number of right answers (exact up to 2^24 samples a batch).
  static let count = 2

  /// Where it lies.
  static func range(behind gradient: MutableFloatBuffer) -> Range<Int> { gradient.count - count..<gradient.count }

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
