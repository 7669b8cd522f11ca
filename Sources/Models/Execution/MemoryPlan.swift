/// Gives buffers that are not all in use at the same time their places in one block of memory.
///
/// The largest is placed first, each in the lowest gap that is free as long as it is in use: "greedy by size" (Pisarchyk and
/// Lee, "Efficient memory management for deep neural net inference", 2020).
package struct MemoryPlan {
  /// A buffer to be placed.
  package struct Buffer {
    /// How many floats it has.
    package let count: Int
    /// From when to when it is in use, both included.
    package let life: ClosedRange<Int>

    /// Describes a buffer.
    package init(count: Int, life: ClosedRange<Int>) {
      self.count = count
      self.life = life
    }
  }

  /// Where each buffer starts, on a cache line.
  package let offsets: [Int]
  /// The floats of the block.
  package let count: Int
  /// The most floats that are in use at one time: no plan can do with fewer.
  package let least: Int

  /// Places `buffers`.
  ///
  /// - Parameter first: how many of them lie at the block's start in any case, one behind the other.
  package init(_ buffers: [Buffer], first: Int) {
    var offsets = buffers.map { _ in 0 }
    var placed: [Int] = []  // by offset
    var total = 0
    func place(_ index: Int, at offset: Int) {
      offsets[index] = offset
      total = max(total, offset + Self.lines(buffers[index].count))
      placed.insert(index, at: placed.firstIndex { offsets[$0] > offset } ?? placed.count)
    }
    for index in 0..<first { place(index, at: total) }
    // Equal ones in their order, so that the plan is the same everywhere.
    let bySize = (first..<buffers.count).sorted { (buffers[$1].count, $0) < (buffers[$0].count, $1) }
    for index in bySize where buffers[index].count > 0 {
      var offset = 0
      for other in placed where buffers[other].life.overlaps(buffers[index].life) {
        if offsets[other] - offset >= Self.lines(buffers[index].count) { break }
        offset = max(offset, offsets[other] + Self.lines(buffers[other].count))
      }
      place(index, at: offset)
    }
    (self.offsets, count) = (offsets, total)
    least = Self.most(buffers)
  }

  /// The most floats, in whole cache lines, that are in use at one time.
  private static func most(_ buffers: [Buffer]) -> Int {
    // Where one ends before another begins, its memory is free again first.
    let begins = buffers.map { (time: $0.life.lowerBound, floats: lines($0.count)) }
    let ends = buffers.map { (time: $0.life.upperBound + 1, floats: -lines($0.count)) }
    let changes = (begins + ends).sorted { ($0.time, $0.floats) < ($1.time, $1.floats) }
    var (now, most) = (0, 0)
    for change in changes {
      now += change.floats
      most = max(most, now)
    }
    return most
  }

  /// `count` rounded up to whole cache lines of 16 floats.
  private static func lines(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
