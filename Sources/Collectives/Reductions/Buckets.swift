/// How the gradient is cut into messages.
public enum Buckets {
  /// Contiguous ranges of the gradient arena and its tail, in the order in which backward fills them: from the end to the
  /// start. Each closes at the border of a layer as soon as it holds `minimum` floats; the last holds what is left. One of
  /// more than `maximum` floats is cut: a rank that adds up a bucket has room for what every other rank holds of its part.
  ///
  /// The first bucket also holds the tail, the `tail` floats behind the arena (loss and correct answers, known before
  /// backward starts). The default minimum of 1 MB is large enough for full bandwidth, and small enough to overlap; the
  /// maximum is 8 MB.
  ///
  /// - Parameters:
  ///   - layers: each layer's floats in arena order, without gaps; empty for a layer without parameters.
  ///   - tail: how many floats lie behind the arena.
  ///   - minimum: the floats that a bucket has at least.
  ///   - maximum: the floats that it has at most.
  public static func plan(
    layers: [Range<Int>], tail: Int = 0, minimum: Int = 262_144, maximum: Int = largest
  ) -> [Range<Int>] {
    precondition(layers.first?.lowerBound ?? 0 == 0, "the arena starts at 0")
    precondition(zip(layers, layers.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }, "layers have gaps")
    var buckets: [Range<Int>] = []
    var end = (layers.last?.upperBound ?? 0) + tail
    for layer in layers.reversed() where end - layer.lowerBound >= max(minimum, 1) {
      buckets.append(layer.lowerBound..<end)
      end = layer.lowerBound
    }
    if end > 0 { buckets.append(0..<end) }
    return buckets.flatMap { bucket in
      let pieces = (bucket.count - 1) / maximum + 1
      return (0..<pieces).reversed().map { bucket.share($0, of: pieces) }
    }
  }

  /// The floats of the largest bucket, if nothing else is said.
  public static let largest = 2_097_152
}

extension Buckets {
  /// A segment below this many floats (4 KB) costs more as a message than its addition saves.
  package static let smallestSegment = 1024

  /// Cuts a bucket into one segment per rank, as even as possible in steps of 16 floats, which is a cache line.
  ///
  /// A small bucket gives the first ranks alone a segment; those of all others are empty.
  package static func segments(of bucket: Range<Int>, ranks: Int) -> [Range<Int>] {
    let owners = min(max(bucket.count / smallestSegment, 1), ranks)
    let lines = 0..<(bucket.count + 15) / 16
    return (0..<ranks).map { rank in
      guard rank < owners else { return bucket.upperBound..<bucket.upperBound }
      let share = lines.share(rank, of: owners)
      let end = min(bucket.lowerBound + share.upperBound * 16, bucket.upperBound)
      return bucket.lowerBound + share.lowerBound * 16..<end
    }
  }
}
