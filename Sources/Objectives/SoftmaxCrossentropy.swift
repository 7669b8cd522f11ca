import Glibc
import Kernels
import Tensors

/// Softmax followed by categorical cross-entropy, on logits, as Keras joins the two when a model ends in softmax.
///
/// With smoothing s the target of a row is `(1 - s) · onehot(label) + s / classes` (Szegedy et al., "Rethinking the
/// Inception architecture for computer vision", 2016).
public enum SoftmaxCrossentropy {
  /// The sum of `-Σ target · log softmax(logits)` over the rows, each times the weight of its label's class, where `-log softmax(x)[c]` is computed as
  /// `log Σ exp(x - max) - (x[c] - max)`.
  ///
  /// - Parameters:
  ///   - logits: (N, classes).
  ///   - labels: (N,), each below `classes`.
  ///   - smoothing: s, 0 to below 1.
  ///   - weights: one for each class; nil for 1.
  public static func forward(
    logits: FloatBuffer, labels: UnsafeBufferPointer<Int32>, smoothing: Float = 0, weights: [Float]? = nil
  ) -> Double {
    let classes = rowLength(logits, labels)
    var total: Double = 0
    for n in 0..<labels.count {
      let row = logits.part(n * classes..<(n + 1) * classes)
      var best = 0
      for c in 1..<classes where row[c] > row[best] { best = c }
      var (sum, loss) = (0.0, 0.0)
      for c in 0..<classes { sum += exp(Double(row[c] - row[best])) }
      loss += log(sum) - Double(row[Int(labels[n])] - row[best])
      if smoothing > 0 {
        // Off the label's share, and to every class its own: Σ (1 / classes - onehot) · (x - max).
        let mean = row.reduce(0) { $0 + Double($1 - row[best]) } / Double(classes)
        loss -= Double(smoothing) * (mean - Double(row[Int(labels[n])] - row[best]))
      }
      total += weights.map { loss * Double($0[Int(labels[n])]) } ?? loss
    }
    return total
  }

  /// Turns logits into the gradient of the batch's mean loss, `(softmax(logits) - target) / batch`, in place.
  ///
  /// - Parameters:
  ///   - logits: (N, classes), overwritten.
  ///   - labels: (N,).
  ///   - batch: the rows of the GLOBAL batch: the sum of all slices' gradients is then the batch's.
  ///   - smoothing: s, 0 to below 1.
  ///   - weights: one for each class; nil for 1.
  public static func backward(
    logits: MutableFloatBuffer, labels: UnsafeBufferPointer<Int32>, batch: Int, smoothing: Float = 0,
    weights: [Float]? = nil
  ) {
    let classes = rowLength(logits.reading, labels)
    softmaxRows(logits, classes: classes)
    let weight = 1 / Float(batch)
    if smoothing > 0 { for i in 0..<logits.count { logits[i] -= smoothing / Float(classes) } }
    for n in 0..<labels.count { logits[n * classes + Int(labels[n])] -= 1 - smoothing }
    if let weights {
      for n in 0..<labels.count {
        let own = weight * weights[Int(labels[n])]
        for i in n * classes..<(n + 1) * classes { logits[i] *= own }
      }
    } else {
      for i in 0..<logits.count { logits[i] *= weight }
    }
  }

  private static func rowLength(_ logits: FloatBuffer, _ labels: UnsafeBufferPointer<Int32>) -> Int {
    precondition(labels.count > 0 && logits.count % labels.count == 0, "a row of logits for each label")
    let classes = logits.count / labels.count
    precondition(labels.allSatisfy { 0..<classes ~= Int($0) }, "a label lies beyond the \(classes) classes")
    return classes
  }
}
