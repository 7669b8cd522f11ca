import Tensors

/// Where a worker's backward pass leaves the gradients of its slices, range by range of the arena, from the end to the
/// start.
public protocol GradientSink: AnyObject {
  /// The memory for the gradient of the wave's `slice`-th slice; laid out as the arena is.
  func gradient(of slice: Int) -> MutableFloatBuffer
  /// The sum to which that gradient is going to be added, as far as the slices before have completed it; nil where the slice
  /// begins a sum of its own. Laid out as the arena is.
  func sum(before slice: Int) -> MutableFloatBuffer?
  /// Says that `range` of that gradient is complete: in its own place or, where it `isAdded`, nowhere but in `sum(before:)`,
  /// added to it. The slices of a wave complete a range in order.
  func complete(_ range: Range<Int>, of slice: Int, isAdded: Bool)
  /// Says that everything from `start` on is complete for all slices of the wave.
  func filled(from start: Int) throws
  /// Called between small pieces of work, for what must not wait long.
  func pulse() throws
}

extension GradientSink {
  /// Says that `range` of a slice's gradient is complete in its own place.
  public func complete(_ range: Range<Int>, of slice: Int) { complete(range, of: slice, isAdded: false) }
}
