/// Resampling along one axis by linear interpolation between the centres of voxels, whose edges are the volume's. Where it
/// shrinks, the triangle of weights is as much wider, so that every voxel counts.
///
/// It is Pillow's `BILINEAR` on floats, to the last bit, and `tf.image.resize` with `antialias=True`: weights and sums in
/// doubles, each sum rounded to a float.
struct Resampling {
  private let source: Int
  private let target: Int
  /// For each new place, the first old one that it takes from, and what it takes from this and the next ones.
  private let weights: [(first: Int, shares: [Double])]

  /// Prepares for lines of `source` numbers that become `target` ones.
  init(from source: Int, to target: Int) {
    (self.source, self.target) = (source, target)
    let step = Double(source) / Double(target)
    let width = max(step, 1)
    weights = (0..<target).map { place in
      let centre = (Double(place) + 0.5) * step
      let first = max(Int(centre - width + 0.5), 0)
      let end = min(Int(centre + width + 0.5), source)
      var shares = (first..<end).map { max(0, 1 - abs((Double($0) - centre + 0.5) * (1 / width))) }
      let sum = shares.reduce(0, +)
      for index in shares.indices { shares[index] /= sum }
      return (first, shares)
    }
  }

  /// The most numbers that a volume has on its way, where its axes are resampled one after the other.
  static func largestStep(from source: [Int], to target: [Int]) -> Int {
    (0...source.count).map { (target[..<$0] + source[$0...]).reduce(1, *) }.max() ?? 0
  }

  /// Resamples `outer` times `source` rows of `inner` numbers each along the axis between the two.
  func apply(to numbers: [Float], outer: Int, inner: Int) -> [Float] {
    precondition(numbers.count == outer * source * inner, "\(numbers.count) numbers are no \(outer)×\(source)×\(inner)")
    guard source != target else { return numbers }
    return [Float](unsafeUninitializedCapacity: outer * target * inner) { output, count in
      numbers.withUnsafeBufferPointer { numbers in
        if inner == 1 {
          resampleLines(numbers, outer, into: output)
        } else {
          resampleRows(numbers, outer, inner, into: output)
        }
      }
      count = outer * target * inner
    }
  }

  private func resampleLines(
    _ numbers: UnsafeBufferPointer<Float>, _ lines: Int, into output: UnsafeMutableBufferPointer<Float>
  ) {
    for line in 0..<lines {
      for (place, (first, shares)) in weights.enumerated() {
        let start = line * source + first
        var sum = 0.0
        for (offset, share) in shares.enumerated() { sum += Double(numbers[start + offset]) * share }
        output.initializeElement(at: line * target + place, to: Float(sum))
      }
    }
  }

  private func resampleRows(
    _ numbers: UnsafeBufferPointer<Float>, _ blocks: Int, _ inner: Int, into output: UnsafeMutableBufferPointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: inner) { sums in
      for block in 0..<blocks {
        for (place, (first, shares)) in weights.enumerated() {
          sums.initialize(repeating: 0)
          for (offset, share) in shares.enumerated() {
            let row = (block * source + first + offset) * inner
            for index in 0..<inner { sums[index] += Double(numbers[row + index]) * share }
          }
          let row = (block * target + place) * inner
          for index in 0..<inner { output.initializeElement(at: row + index, to: Float(sums[index])) }
        }
      }
    }
  }
}
