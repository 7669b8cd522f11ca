import Kernels
import Tensors
import Testing

@Suite struct SGDUpdateTests {
  /// Keras's rule, by hand: velocity = ½·velocity - ¼·gradient, value += velocity. Every number is a short binary
  /// fraction, so nothing is rounded.
  @Test func itIsKerassRule() {
    let values = FloatStorage([1, -2, 0.5])
    let velocity = FloatStorage([0.5, 0, -1])
    let gradients = FloatStorage([2, -4, 0])
    sgdUpdate(
      values: values.buffer, velocity: velocity.buffer, gradients: gradients.buffer.reading, rate: 0.25, momentum: 0.5)
    #expect(velocity.floats == [-0.25, 1, -0.5])
    #expect(values.floats == [0.75, -1, 0])
    #expect(gradients.floats == [2, -4, 0])
  }

  /// Each product and sum is rounded by itself: no machine may fuse them, or bits would depend on it.
  @Test func nothingIsFused() {
    let (value, velocity, gradient) = (1.1 as Float, 0.7 as Float, 0.3 as Float)
    let (values, velocities) = (
      FloatStorage([Float](repeating: value, count: 37)), FloatStorage([Float](repeating: velocity, count: 37))
    )
    let gradients = FloatStorage([Float](repeating: gradient, count: 37))
    sgdUpdate(
      values: values.buffer, velocity: velocities.buffer, gradients: gradients.buffer.reading, rate: 0.01, momentum: 0.9
    )
    let carried = velocity * 0.9
    let step = gradient * 0.01
    #expect(velocities.floats == [Float](repeating: carried - step, count: 37))
    #expect(values.floats == [Float](repeating: value + (carried - step), count: 37))
  }
}
