import Tensors

/// Exchanges the channels and filters of a kernel: (taps, C, F) becomes (taps, F, C). In squares, so that each line of the cache
/// is read and written while it is there.
@inline(never)
func exchange(_ kernel: FloatBuffer, taps: Int, channels: Int, filters: Int, into exchanged: MutableFloatBuffer) {
  let (count, side) = (channels * filters, Octet.scalarCount)
  precondition(
    kernel.count == taps * count && exchanged.count == kernel.count && channels >= side && filters >= side)
  guard let source = kernel.baseAddress, let target = exchanged.baseAddress else { return }
  for tap in 0..<taps {
    let (from, to) = (source + tap * count, target + tap * count)
    forEachOctet(channels) { c in
      forEachOctet(filters) { f in
        let (square, turned) = (from + (c &* filters &+ f), to + (f &* channels &+ c))
        for i in 0..<side {
          var line = Octet()
          for j in 0..<side { line[j] = square[j &* filters &+ i] }
          store(line, turned + i &* channels)
        }
      }
    }
  }
}
