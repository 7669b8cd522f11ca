import Glibc
import Kernels
import Tensors

/// Sigmoid followed by binary cross-entropy, on logits, output by output.
///
/// With smoothing s a target t becomes `t·(1 - s) + s/2`, as in Keras.
public enum SigmoidCrossentropy {
  /// The sum of `max(x, 0) - x·t + log(1 + exp(-|x|))`, which is `-(t·log σ(x) + (1 - t)·log(1 - σ(x)))` without a number
  /// that overflows.
  public static func forward(logits: FloatBuffer, targets: FloatBuffer, smoothing: Float) -> Double {
    var sum = 0.0
    for i in 0..<logits.count {
      let (x, t) = (Double(logits[i]), Double(smoothed(targets[i], smoothing)))
      sum += max(x, 0) - x * t + log1p(exp(-abs(x)))
    }
    return sum
  }

  /// Turns logits into `weight·(σ(x) - t)`, in place.
  public static func backward(logits: MutableFloatBuffer, targets: FloatBuffer, smoothing: Float, weight: Float) {
    for i in 0..<logits.count {
      logits[i] = weight * (1 / (1 + expf(-logits[i])) - smoothed(targets[i], smoothing))
    }
  }

  @inline(__always)
  static func smoothed(_ target: Float, _ smoothing: Float) -> Float {
    smoothing > 0 ? target * (1 - smoothing) + 0.5 * smoothing : target
  }
}

/// Binary cross-entropy of probabilities, which are kept 1e-7 off 0 and 1 as Keras keeps them.
public enum BinaryCrossentropy {
  /// The sum of `-(t·log p + (1 - t)·log(1 - p))`.
  public static func forward(probabilities: FloatBuffer, targets: FloatBuffer, smoothing: Float) -> Double {
    var sum = 0.0
    for i in 0..<probabilities.count {
      let p = Double(min(max(probabilities[i], keptOff), 1 - keptOff))
      let t = Double(SigmoidCrossentropy.smoothed(targets[i], smoothing))
      sum -= t * log(p) + (1 - t) * log1p(-p)
    }
    // A NaN compares with nothing: it must not pass as a probability.
    return probabilities.contains { $0.isNaN } ? .nan : sum
  }

  /// Turns probabilities into `weight·(p - t) / (p·(1 - p))`, 0 where they were kept off, in place.
  public static func backward(
    probabilities: MutableFloatBuffer, targets: FloatBuffer, smoothing: Float, weight: Float
  ) {
    for i in 0..<probabilities.count {
      let p = probabilities[i]
      let t = SigmoidCrossentropy.smoothed(targets[i], smoothing)
      let isFree = p >= keptOff && p <= 1 - keptOff
      probabilities[i] = isFree ? weight * (p - t) / (p * (1 - p)) : p.isNaN ? p : 0
    }
  }

  /// How far probabilities are kept from 0 and 1.
  static let keptOff: Float = 1e-7
}
