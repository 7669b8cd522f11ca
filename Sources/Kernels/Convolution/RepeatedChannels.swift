import Tensors

/// Channels that each stand for several: `x` (pixels, C) ↔ (pixels, C·M).
public enum RepeatedChannels {
  /// Each channel M times, side by side.
  ///
  /// - Parameters:
  ///   - x: (…,).
  ///   - repeated: M times as many, overwritten.
  public static func forward(x: FloatBuffer, times: Int, repeated: MutableFloatBuffer) {
    precondition(repeated.count == x.count * times, "as many repeats as said")
    for i in 0..<x.count { for m in 0..<times { repeated[i * times + m] = x[i] } }
  }

  /// The sum over each channel's repeats.
  ///
  /// - Parameters:
  ///   - dy: M times as many as dx.
  ///   - dx: overwritten.
  public static func backward(dy: FloatBuffer, times: Int, dx: MutableFloatBuffer) {
    precondition(dy.count == dx.count * times, "as many repeats as said")
    for i in 0..<dx.count {
      var sum: Float = 0
      for m in 0..<times { sum += dy[i * times + m] }
      dx[i] = sum
    }
  }
}
