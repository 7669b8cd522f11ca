import Tensors

/// A series as a little picture: what it covers in each of some columns.
package struct Curve {
  /// The lowest and the highest row that each column covers, from 0 at the top; nil where all numbers are missing.
  let columns: [ClosedRange<Int>?]
  /// How many rows there are.
  let rows: Int

  /// Draws channel `channel` of `channels` of a series, its lowest number at the bottom and its highest at the top.
  ///
  /// A column covers all that its steps cover, so that a wave of any frequency shows how far it goes. Where there are fewer steps
  /// than columns, straight lines lead from one to the next.
  package init(_ numbers: FloatBuffer, channel: Int, of channels: Int, columns count: Int, rows: Int) {
    let steps = numbers.count / channels
    func number(_ step: Int) -> Float { numbers[step * channels + channel] }
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    for step in 0..<steps where number(step).isFinite {
      (lowest, highest) = (min(lowest, number(step)), max(highest, number(step)))
    }
    func row(_ number: Float) -> Int {
      // Half of each: their difference may be more than a float holds.
      let height = highest > lowest ? (number / 2 - lowest / 2) / (highest / 2 - lowest / 2) : 0.5
      return rows - 1 - Int((height * Float(rows - 1)).rounded())
    }
    var last: ClosedRange<Int>?
    columns = (0..<count).map { column in
      var covered: ClosedRange<Int>?
      func cover(_ number: Float) {
        guard number.isFinite else { return }
        let place = row(number)
        covered = covered.map { min($0.lowerBound, place)...max($0.upperBound, place) } ?? place...place
      }
      if steps >= count {
        for step in column * steps / count..<(column + 1) * steps / count { cover(number(step)) }
      } else {
        let position = Float(column) * Float(steps - 1) / Float(max(1, count - 1))
        let step = min(Int(position), steps - 1)
        let share = position - Float(step)
        cover(share == 0 ? number(step) : number(step) * (1 - share) + number(min(step + 1, steps - 1)) * share)
      }
      // The line from the column before, up to this one.
      if let before = last, let own = covered {
        last = covered
        if before.upperBound < own.lowerBound { return before.upperBound + 1...own.upperBound }
        if before.lowerBound > own.upperBound { return own.lowerBound...before.lowerBound - 1 }
        return own
      }
      last = covered
      return covered
    }
    self.rows = rows
  }

  /// Lines of braille characters, of 2×4 dots each.
  package var lines: [String] {
    // The bits of Unicode's patterns, by row and column.
    let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    return stride(from: 0, to: rows, by: 4).map { top in
      var line = String.UnicodeScalarView()
      for left in stride(from: 0, to: columns.count, by: 2) {
        var pattern: UInt32 = 0
        for (y, row) in bits.enumerated() {
          for (x, bit) in row.enumerated() where left + x < columns.count {
            if columns[left + x]?.contains(top + y) == true { pattern |= bit }
          }
        }
        if let scalar = Unicode.Scalar(0x2800 + pattern) { line.append(scalar) }
      }
      return String(line)
    }
  }
}
