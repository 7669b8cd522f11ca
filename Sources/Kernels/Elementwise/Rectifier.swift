import Tensors

/// The function of Keras's layers ReLU and LeakyReLU:
///
///     y = maximum             where x ≥ maximum
///         x                   where threshold ≤ x < maximum
///         slope·(x - threshold)   below
///
/// A NaN stays one.
public struct Rectifier: Hashable, Sendable {
  /// The steepness below the threshold.
  public let slope: Float
  /// Where the rectified part ends.
  public let threshold: Float
  /// Where y stops growing.
  public let maximum: Float

  /// A rectifier of three pieces; without `maximum`, of two.
  public init(slope: Float = 0, threshold: Float = 0, maximum: Float? = nil) {
    self.slope = slope
    self.threshold = threshold
    self.maximum = maximum ?? .infinity
  }

  /// The activation that is the same function, with the same gradient; nil where none is.
  public var standard: Activation? {
    switch (slope, threshold, maximum) {
    case (0, 0, .infinity): .relu
    case (0, 0, 6): .relu6
    case (0.2, 0, .infinity): .leakyReLU
    default: nil
    }
  }

  /// Computes y, as many floats as x.
  public func forward(x: FloatBuffer, y: MutableFloatBuffer) {
    precondition(x.count == y.count, "as many outputs as inputs")
    for i in 0..<x.count {
      let rectified = x[i] < threshold ? slope * (x[i] - threshold) : x[i]
      y[i] = rectified >= maximum ? maximum : rectified
    }
  }

  /// Computes dx from forward's x. At both corners the gradient is that of the piece below the threshold, or above the
  /// maximum, as in TensorFlow.
  public func backward(x: FloatBuffer, dy: FloatBuffer, dx: MutableFloatBuffer) {
    precondition(x.count == dy.count && x.count == dx.count, "as many gradients as inputs")
    for i in 0..<x.count {
      let inner = x[i] >= maximum ? 0 : dy[i]
      dx[i] = x[i] > threshold ? inner : slope * dy[i]
    }
  }
}
