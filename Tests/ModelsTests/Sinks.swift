import Models
import Tensors

/// Takes the gradients of a wave of one slice.
final class OneSlice: GradientSink {
  let gradients: FloatStorage
  /// What `filled` was told, and the gradients as they were then.
  private(set) var steps: [(offset: Int, gradients: [Float])] = []
  /// What `filled` throws.
  var error: (any Error)?

  init(_ count: Int) {
    gradients = FloatStorage(nan: count)
  }

  func gradient(of slice: Int) -> MutableFloatBuffer { gradients.buffer }
  func sum(before slice: Int) -> MutableFloatBuffer? { nil }
  func complete(_ range: Range<Int>, of slice: Int, isAdded: Bool) {}
  func pulse() {}

  func filled(from start: Int) throws {
    if let error { throw error }
    steps.append((start, gradients.floats))
  }
}

/// Takes the gradients of a wave of several slices, each in its own place.
final class ManySlices: GradientSink {
  private let slices: [OneSlice]

  init(_ slices: [OneSlice]) {
    self.slices = slices
  }

  func gradient(of slice: Int) -> MutableFloatBuffer { slices[slice].gradients.buffer }
  func sum(before slice: Int) -> MutableFloatBuffer? { nil }
  func complete(_ range: Range<Int>, of slice: Int, isAdded: Bool) {}
  func filled(from start: Int) {}
  func pulse() {}
}
