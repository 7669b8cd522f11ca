import Tensors

/// The invented problem of the probe: layers of unlike sizes, batches of unlike lengths.
package enum Problem {
  /// Floats of each layer; one has none, some are smaller than a bucket, one is cut for all owners.
  package static let layers = [700, 0, 10_003, 5_000, 30_001, 10]
  /// Loss and correct answers.
  package static let tail = 2
  /// Large enough that layers share buckets.
  package static let smallestBucket = 5_000
  /// Smaller than two of the layers.
  package static let largestBucket = 8_000
  /// Room for some buckets of the others' sums, not for all.
  package static let ringCount = 12_000
  /// The slices of each step.
  package static let steps = [8, 5, 1, 13, 8]

  /// Each layer's floats in the arena.
  package static var layerRanges: [Range<Int>] {
    var end = 0
    return layers.map { count in
      defer { end += count }
      return end..<end + count
    }
  }
  /// The floats of a gradient with its tail.
  package static var count: Int { layers.reduce(tail, +) }

  /// Writes a gradient that depends on step and slice only: magnitudes from 2^-16 to 2^16, so that any other order of
  /// additions rounds otherwise.
  package static func fill(_ gradient: MutableFloatBuffer, step: Int, slice: Int) {
    var words = RandomSequence(RandomKey(seed: 7, purpose: .synthesis, epoch: step, sample: slice))
    for index in gradient.indices {
      let word = words.nextWord()
      let exponent = 127 - 16 + word >> 27
      gradient[index] = Float(bitPattern: (word & 1) << 31 | exponent << 23 | (word >> 1) & 0x7F_FFFF)
    }
  }
}
