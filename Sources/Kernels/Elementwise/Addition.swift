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

/// `target = f(sources[0] + sources[1] + …)`, from the left to the right, a block at a time: sums and function are worked out in
/// the first-level cache.
///
/// - Parameters:
///   - sources: two or more, of one count.
///   - target: overwritten.
///   - activation: f, element by element.
public func sum(_ sources: [FloatBuffer], into target: MutableFloatBuffer, activation: Activation = .linear) {
  precondition(sources.count >= 2 && sources.allSatisfy { $0.count == target.count }, "the counts of a sum differ")
  precondition(activation.isElementwise, "\(activation.rawValue) is no function of single elements")
  RowBlocks.forEach(rows: target.count, channels: 1) { block in
    let total = target.part(block)
    guard let into = total.baseAddress, let left = sources[0].part(block).baseAddress,
      let right = sources[1].part(block).baseAddress
    else { return }
    for index in 0..<total.count { into[index] = left[index] + right[index] }
    for source in sources.dropFirst(2) { add(source.part(block), to: total) }
    activation.apply(bias: nil, to: total, channels: 1)
  }
}
