import Kernels
import Tensors

/// Softmax followed by categorical cross-entropy, on logits, as Keras joins the two when a model ends in softmax.
///
/// With smoothing s the target of a row is `(1 - s) · onehot(label) + s / classes` (Szegedy et al., "Rethinking the
/// Inception architecture for computer vision", 2016).
public enum SoftmaxCrossentropy {
  /// The sum of `-Σ target · log softmax(logits)` over the rows, each times the weight of its label's
  /// class, where `-log softmax(x)[c]` is computed as `log Σ exp(x - max) - (x[c] - max)`.
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
    var total = 0.0
    forEachLogSum(logits, classes: classes) { n, peak, log in
      let (row, label) = (logits.part(n * classes..<(n + 1) * classes), Int(labels[n]))
      let own = Double(row[label] - peak)
      var loss = Double(log) - own
      if smoothing > 0 {
        // Off the label's share, and to every class its own: Σ (1 / classes - onehot) · (x - max).
        let mean = sum(classes) { Double(row[$0] - peak) } / Double(classes)
        loss -= Double(smoothing) * (mean - own)
      }
      total += weights.map { loss * Double($0[label]) } ?? loss
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
    let (weight, share) = (1 / Float(batch), smoothing / Float(classes))
    forEachBlock(of: labels.count, size: rowsAtOnce(classes)) { rows in
      let block = logits.part(rows.lowerBound * classes..<rows.upperBound * classes)
      softmaxRows(block, classes: classes)
      if smoothing > 0 { for i in 0..<block.count { block[i] -= share } }
      for n in rows { logits[n * classes + Int(labels[n])] -= 1 - smoothing }
      if let weights {
        for n in rows {
          let own = weight * weights[Int(labels[n])]
          for i in n * classes..<(n + 1) * classes { logits[i] *= own }
        }
      } else {
        for i in 0..<block.count { block[i] *= weight }
      }
    }
  }

  private static func rowLength(_ logits: FloatBuffer, _ labels: UnsafeBufferPointer<Int32>) -> Int {
    precondition(labels.count > 0 && logits.count % labels.count == 0, "a row of logits for each label")
    let classes = logits.count / labels.count
    precondition(labels.allSatisfy { 0..<classes ~= Int($0) }, "a label lies beyond the \(classes) classes")
    return classes
  }
}
