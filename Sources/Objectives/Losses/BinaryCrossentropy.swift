import Kernels
import Tensors

/// Sigmoid followed by binary cross-entropy, on logits, output by output.
///
/// With smoothing s a target t becomes `t·(1 - s) + s/2`, as in Keras.
public enum SigmoidCrossentropy {
  /// The sum of `max(x, 0) - x·t + log(1 + exp(-|x|))`, which is `-(t·log σ(x) + (1 - t)·log(1 - σ(x)))` without a number
  /// that overflows.
  public static func forward(logits: FloatBuffer, targets: FloatBuffer, smoothing: Float) -> Double {
    withBlocks(of: logits.count) { block, range in
      for i in 0..<block.count { block[i] = -abs(logits[range.lowerBound + i]) }
      // log(1 + exp(-|x|))
      Activation.softplus.apply(block.reading, into: block, channels: 1)
      return sum(block.count) { i in
        let (x, t) = (logits[range.lowerBound + i], smoothed(targets[range.lowerBound + i], smoothing))
        return (x < 0 ? 0 : Double(x)) - Double(x) * Double(t) + Double(block[i])
      }
    }
  }

  /// Turns logits into `weight·(σ(x) - t)`, in place.
  public static func backward(logits: MutableFloatBuffer, targets: FloatBuffer, smoothing: Float, weight: Float) {
    forEachBlock(of: logits.count) { range in
      let block = logits.part(range)
      Activation.sigmoid.apply(block.reading, into: block, channels: 1)
      for i in range { logits[i] = weight * (logits[i] - smoothed(targets[i], smoothing)) }
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
    let total = withBlocks(of: probabilities.count) { logs, range in
      func p(_ i: Int) -> Float { min(max(probabilities[range.lowerBound + i], keptOff), 1 - keptOff) }
      func t(_ i: Int) -> Double { Double(SigmoidCrossentropy.smoothed(targets[range.lowerBound + i], smoothing)) }
      for i in 0..<logs.count { logs[i] = p(i) }
      logarithm(logs.reading, into: logs)
      let right = sum(logs.count) { t($0) * Double(logs[$0]) }
      for i in 0..<logs.count { logs[i] = -p(i) }
      logarithmOfOnePlus(logs.reading, into: logs)
      return -right - sum(logs.count) { (1 - t($0)) * Double(logs[$0]) }
    }
    // A NaN compares with nothing: it must not pass as a probability.
    return probabilities.contains { $0.isNaN } ? .nan : total
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
