import Tensors

/// Exchanges rows and columns of each tap's matrix: (taps, columns, rows) becomes (taps, rows, columns). In squares, so that
/// each line of the cache is read and written while it is there.
@inline(never)
func exchange(_ kernel: FloatBuffer, taps: Int, rows: Int, columns: Int, into exchanged: MutableFloatBuffer) {
  let (count, side) = (rows * columns, Octet.scalarCount)
  precondition(kernel.count == taps * count && exchanged.count == kernel.count && rows >= side && columns >= side)
  guard let source = kernel.baseAddress, let target = exchanged.baseAddress else { return }
  for tap in 0..<taps {
    let (from, to) = (source + tap * count, target + tap * count)
    forEachOctet(columns) { c in
      forEachOctet(rows) { r in
        let (square, turned) = (from + (c &* rows &+ r), to + (r &* columns &+ c))
        for i in 0..<side {
          var column = Octet()
          for j in 0..<side { column[j] = square[j &* rows &+ i] }
          store(column, turned + i &* columns)
        }
      }
    }
  }
}
