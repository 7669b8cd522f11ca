import Tensors

/// target += source, element by element.
///
/// A plain loop over bare pointers, without bounds checks, so that it becomes full-width vector instructions; the one
/// check of the counts is its range proof.
public func add(_ source: FloatBuffer, to target: MutableFloatBuffer) {
  precondition(source.count == target.count, "cannot add \(source.count) floats to \(target.count)")
  guard let from = source.baseAddress, let into = target.baseAddress else { return }
  for index in 0..<target.count { into[index] += from[index] }
}

/// target = source.
public func copy(_ source: FloatBuffer, to target: MutableFloatBuffer) {
  precondition(source.count == target.count, "cannot copy \(source.count) floats to \(target.count)")
  guard let from = source.baseAddress, let into = target.baseAddress else { return }
  into.update(from: from, count: source.count)
}
