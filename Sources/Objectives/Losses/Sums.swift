import Kernels
import Tensors

/// Σ term(i) for i in 0 ..< count, as four sums in turn, so that no addition waits for the one before. The order depends on the
/// count alone.
@inline(__always)
func sum(_ count: Int, _ term: (Int) -> Double) -> Double {
  var (sum0, sum1, sum2, sum3) = (0.0, 0.0, 0.0, 0.0)
  let whole = count / 4 * 4
  for i in stride(from: 0, to: whole, by: 4) {
    sum0 += term(i)
    sum1 += term(i + 1)
    sum2 += term(i + 2)
    sum3 += term(i + 3)
  }
  for i in whole..<count { sum0 += term(i) }
  return (sum0 + sum1) + (sum2 + sum3)
}

/// Calls `body` with parts of 0 ..< count that fit into the cache, the same for the same count.
@inline(__always)
func forEachBlock(of count: Int, size: Int = 2048, _ body: (Range<Int>) -> Void) {
  for start in stride(from: 0, to: count, by: size) { body(start..<min(start + size, count)) }
}

/// The sum of what `body` gives for parts of 0 ..< count, with memory for as many floats.
@inline(__always)
func withBlocks(of count: Int, _ body: (_ memory: MutableFloatBuffer, Range<Int>) -> Double) -> Double {
  let size = 256
  return withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { memory in
    var total = 0.0
    forEachBlock(of: count, size: size) { range in total += body(memory.part(0..<range.count), range) }
    return total
  }
}

/// The rows of such a block.
func rowsAtOnce(_ classes: Int) -> Int { max(2048 / classes / 16 * 16, 16) }

/// Calls `body` with the number of each row of logits, its maximum, and log Σ exp(x - maximum).
@inline(__always)
func forEachLogSum(_ logits: FloatBuffer, classes: Int, _ body: (_ row: Int, _ peak: Float, _ log: Float) -> Void) {
  let size = 64
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * size) { memory in
    forEachBlock(of: logits.count / classes, size: size) { rows in
      let (peaks, logs) = (memory.part(0..<rows.count), memory.part(size..<size + rows.count))
      logSums(
        logits.part(rows.lowerBound * classes..<rows.upperBound * classes), classes: classes, peaks: peaks, logs: logs)
      for i in 0..<rows.count { body(rows.lowerBound + i, peaks[i], logs[i]) }
    }
  }
}
