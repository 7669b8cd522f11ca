import Glibc
import Tensors

/// Softmax over each row in place, shifted by the row's maximum so that no exponential overflows.
///
/// - Parameters:
///   - rows: (N, classes).
///   - classes: the length of a row.
func softmaxRows(_ rows: MutableFloatBuffer, classes: Int) {
  for start in stride(from: 0, to: rows.count, by: classes) {
    let row = rows.part(start..<start + classes)
    let peak = row.max() ?? 0
    var sum: Float = 0
    for c in 0..<classes {
      row[c] = expf(row[c] - peak)
      sum += row[c]
    }
    for c in 0..<classes { row[c] /= sum }
  }
}

/// What a batch's predictions are worth: sums, to be divided by the number of samples.
public struct Score: Equatable, Sendable {
  /// The sum of the samples' losses.
  public var loss: Double = 0
  /// How many samples have their label's class as the (first) most probable.
  public var correct = 0

  /// A score of nothing.
  public init() {}
}

/// Softmax followed by categorical cross-entropy, on logits, as Keras joins the two when a model ends in softmax.
///
/// With smoothing s the target of a row is `(1 - s) · onehot(label) + s / classes` (Szegedy et al., "Rethinking the
/// Inception architecture for computer vision", 2016).
public enum SoftmaxCrossentropy {
  /// The sum of `-Σ target · log softmax(logits)` over the rows, where `-log softmax(x)[c]` is computed as
  /// `log Σ exp(x - max) - (x[c] - max)`.
  ///
  /// - Parameters:
  ///   - logits: (N, classes).
  ///   - labels: (N,), each below `classes`.
  ///   - smoothing: s, 0 to below 1.
  public static func forward(
    logits: FloatBuffer, labels: UnsafeBufferPointer<Int32>, smoothing: Float = 0
  ) -> Score {
    let classes = rowLength(logits, labels)
    var score = Score()
    for n in 0..<labels.count {
      let row = logits.part(n * classes..<(n + 1) * classes)
      var best = 0
      for c in 1..<classes where row[c] > row[best] { best = c }
      var sum: Double = 0
      for c in 0..<classes { sum += exp(Double(row[c] - row[best])) }
      score.loss += log(sum) - Double(row[Int(labels[n])] - row[best])
      if smoothing > 0 {
        // Off the label's share, and to every class its own: Σ (1 / classes - onehot) · (x - max).
        let mean = row.reduce(0) { $0 + Double($1 - row[best]) } / Double(classes)
        score.loss -= Double(smoothing) * (mean - Double(row[Int(labels[n])] - row[best]))
      }
      score.correct += best == Int(labels[n]) ? 1 : 0
    }
    return score
  }

  /// Turns logits into the gradient of the batch's mean loss, `(softmax(logits) - target) / batch`, in place.
  ///
  /// - Parameters:
  ///   - logits: (N, classes), overwritten.
  ///   - labels: (N,).
  ///   - batch: the samples of the GLOBAL batch: the sum of all slices' gradients is then the batch's.
  ///   - smoothing: s, 0 to below 1.
  public static func backward(
    logits: MutableFloatBuffer, labels: UnsafeBufferPointer<Int32>, batch: Int, smoothing: Float = 0
  ) {
    let classes = rowLength(logits.reading, labels)
    softmaxRows(logits, classes: classes)
    let weight = 1 / Float(batch)
    if smoothing > 0 { for i in 0..<logits.count { logits[i] -= smoothing / Float(classes) } }
    for n in 0..<labels.count { logits[n * classes + Int(labels[n])] -= 1 - smoothing }
    for i in 0..<logits.count { logits[i] *= weight }
  }

  private static func rowLength(_ logits: FloatBuffer, _ labels: UnsafeBufferPointer<Int32>) -> Int {
    precondition(labels.count > 0 && logits.count % labels.count == 0, "a row of logits for each label")
    let classes = logits.count / labels.count
    precondition(labels.allSatisfy { 0..<classes ~= Int($0) }, "a label lies beyond the \(classes) classes")
    return classes
  }
}
