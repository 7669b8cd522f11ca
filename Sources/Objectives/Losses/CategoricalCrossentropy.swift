import Glibc
import Kernels
import Tensors

/// Softmax and categorical cross-entropy where a target is a share for each class, on logits.
public enum SoftmaxShares {
  /// The sum of `-Σ t · log softmax(x)` over the rows of `classes` logits.
  public static func forward(logits: FloatBuffer, targets: FloatBuffer, classes: Int, smoothing: Float) -> Double {
    var total = 0.0
    forEachLogSum(logits, classes: classes) { n, peak, log in
      total += sum(classes) { c in
        let i = n * classes + c
        return Double(smoothed(targets[i], smoothing, classes)) * (Double(log) - Double(logits[i] - peak))
      }
    }
    return total
  }

  /// Turns logits into `weight·(softmax(x)·Σ t - t)`, in place.
  public static func backward(
    logits: MutableFloatBuffer, targets: FloatBuffer, classes: Int, smoothing: Float, weight: Float
  ) {
    forEachBlock(of: logits.count / classes, size: rowsAtOnce(classes)) { rows in
      softmaxRows(logits.part(rows.lowerBound * classes..<rows.upperBound * classes), classes: classes)
      for start in stride(from: rows.lowerBound * classes, to: rows.upperBound * classes, by: classes) {
        var whole: Float = 0
        for i in start..<start + classes { whole += smoothed(targets[i], smoothing, classes) }
        for i in start..<start + classes {
          logits[i] = weight * (logits[i] * whole - smoothed(targets[i], smoothing, classes))
        }
      }
    }
  }

  @inline(__always)
  static func smoothed(_ target: Float, _ smoothing: Float, _ classes: Int) -> Float {
    smoothing > 0 ? target * (1 - smoothing) + smoothing / Float(classes) : target
  }
}

/// Categorical cross-entropy of probabilities, which are divided by their sum and kept 1e-7 off 0 and 1 as in Keras.
public enum CategoricalCrossentropy {
  /// The sum of `-Σ t · log(p / Σ p)` over the rows of `classes` probabilities.
  public static func forward(
    probabilities: FloatBuffer, targets: FloatBuffer, classes: Int, smoothing: Float
  ) -> Double {
    var total = 0.0
    for start in stride(from: 0, to: probabilities.count, by: classes) {
      var sum: Float = 0
      for i in start..<start + classes { sum += probabilities[i] }
      guard !sum.isNaN else { return .nan }
      for i in start..<start + classes {
        let t = SoftmaxShares.smoothed(targets[i], smoothing, classes)
        // No logarithm, since it is finite, where it counts for nothing: mostly one class of a row is left.
        if t != 0 { total -= Double(t) * log(Double(keptOff(probabilities[i] / sum))) }
      }
    }
    return total
  }

  /// Turns probabilities q into the gradient by them, in place: with p = q / Σ q and g = -t / p, 0 where p was kept off, it
  /// is `weight·(g - Σ g·p) / Σ q`.
  public static func backward(
    probabilities: MutableFloatBuffer, targets: FloatBuffer, classes: Int, smoothing: Float, weight: Float
  ) {
    for start in stride(from: 0, to: probabilities.count, by: classes) {
      var sum: Float = 0
      for i in start..<start + classes { sum += probabilities[i] }
      func slope(_ i: Int) -> Float {
        let p = probabilities[i] / sum
        return p == keptOff(p) ? -SoftmaxShares.smoothed(targets[i], smoothing, classes) / p : p.isNaN ? p : 0
      }
      var inner: Float = 0
      for i in start..<start + classes { inner += slope(i) * (probabilities[i] / sum) }
      for i in start..<start + classes { probabilities[i] = weight * (slope(i) - inner) / sum }
    }
  }

  private static func keptOff(_ p: Float) -> Float {
    min(max(p, BinaryCrossentropy.keptOff), 1 - BinaryCrossentropy.keptOff)
  }
}
