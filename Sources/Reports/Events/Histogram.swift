import Tensors

/// How a tensor's numbers are spread, in TensorFlow's buckets: their limits grow by a tenth from one to the next, from 1e-12 to
/// 1e20, and as many lie below zero (tensorflow/core/lib/histogram).
package struct Histogram: Equatable {
  /// The numbers below a limit that are in no bucket before it.
  package struct Bucket: Equatable {
    package let limit: Double
    package let count: Int
  }

  /// The least number, and the greatest; 0 where there are none.
  package let (lowest, highest): (Double, Double)
  /// How many numbers there are.
  package let count: Int
  /// Their sum.
  package let sum: Double
  /// The sum of their squares.
  package let squaredSum: Double
  /// From the lowest limit to the highest. A row of empty buckets is one.
  package let buckets: [Bucket]

  /// Counts `numbers`; what is not finite has no bucket and is left out.
  package init(_ numbers: FloatBuffer) {
    var counts = [Int](repeating: 0, count: Self.limits.count)
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    var (count, sum, squaredSum) = (0, 0.0, 0.0)
    counts.withUnsafeMutableBufferPointer { counts in
      Self.firstBuckets.withUnsafeBufferPointer { firstBuckets in
        Self.limits.withUnsafeBufferPointer { limits in
          for number in numbers where number.isFinite {
            // Numbers with the same upper 16 bits lie less than a hundredth apart: in one bucket, or in it and the next.
            var bucket = Int(firstBuckets[Int(number.bitPattern >> 16)])
            while Double(number) >= limits[bucket] { bucket += 1 }
            counts[bucket] += 1
            (lowest, highest) = (min(lowest, number), max(highest, number))
            count += 1
            sum += Double(number)
            squaredSum += Double(number) * Double(number)
          }
        }
      }
    }
    (self.lowest, self.highest) = count == 0 ? (0, 0) : (Double(lowest), Double(highest))
    (self.count, self.sum, self.squaredSum) = (count, sum, squaredSum)
    var buckets: [Bucket] = []
    for (limit, count) in zip(Self.limits, counts) {
      if count == 0, buckets.last?.count == 0 { buckets.removeLast() }
      buckets.append(Bucket(limit: limit, count: count))
    }
    self.buckets = buckets
  }

  /// The buckets' upper limits, which belong to the next.
  private static let limits: [Double] = {
    var positive: [Double] = []
    var limit = 1e-12
    while limit < 1e20 {
      positive.append(limit)
      limit *= 1.1
    }
    positive.append(.greatestFiniteMagnitude)
    return positive.reversed().map { -$0 } + [0] + positive
  }()

  /// The bucket of the least of the floats that share their upper 16 bits, by these.
  private static let firstBuckets: [Int16] = (0...UInt32(UInt16.max)).map { upper in
    // Of negative floats the one with all lower bits set is the least.
    let least = Float(bitPattern: upper << 16 | (upper >> 15 == 1 ? 0xFFFF : 0))
    guard least.isFinite else { return 0 }
    var (low, high) = (0, limits.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if Double(least) < limits[middle] { high = middle } else { low = middle + 1 }
    }
    return Int16(low)
  }
}
