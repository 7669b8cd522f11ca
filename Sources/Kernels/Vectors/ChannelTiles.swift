/// Calls `body` with the start and the width of every tile of sixteen channels. The last one overlaps the one before where the
/// channels are no multiple of sixteen, and what is in both is worked out twice; fewer than sixteen are one narrower tile.
///
/// Loops over rows stand within a tile, so that what belongs to its channels stays in registers.
@inline(__always)
func forEachTile(of channels: Int, _ body: (_ first: Int, _ width: Int) -> Void) {
  guard channels >= Lanes.scalarCount else { return body(0, channels) }
  var first = 0
  while first < channels {
    body(min(first, channels &- Lanes.scalarCount), Lanes.scalarCount)
    first &+= Lanes.scalarCount
  }
}

/// Rows of C channels are taken a block at a time: as many as stay in a first-level cache from one use to the next, and
/// enough for what is done once a block to be little beside them.
enum RowBlocks {
  private static let floats = 1024
  private static let fewest = 8

  /// How far ahead of a block of `count` floats to ask for memory: two blocks. Within a block, tile by tile, lines are read that
  /// do not follow one another, which the processor does not foresee by itself.
  static func ahead(_ count: Int) -> Int { 2 * count }

  /// How many rows a block has at most.
  static func most(_ channels: Int) -> Int { max(fewest, floats / channels) }

  /// Calls `body` with each block of `rows` rows, all of about the same size.
  @inline(__always)
  static func forEach(rows: Int, channels: Int, _ body: (_ rows: Range<Int>) -> Void) {
    let most = most(channels)
    let count = (rows + most - 1) / most
    for block in 0..<count { body(rows * block / count..<rows * (block + 1) / count) }
  }
}
