import Tensors

/// Where a worker's backward pass leaves the gradients of its slices, range by range of the arena, from the end to the
/// start.
public protocol GradientSink: AnyObject {
  /// The memory for the gradient of the wave's `slice`-th slice; laid out as the arena is.
  func gradient(of slice: Int) -> MutableFloatBuffer
  /// Says that `range` of that gradient is complete. The slices of a wave complete a range in order.
  func complete(_ range: Range<Int>, of slice: Int)
  /// Says that everything from `start` on is complete for all slices of the wave.
  func filled(from start: Int) throws
  /// Called between small pieces of work, for what must not wait long.
  func pulse() throws
}
