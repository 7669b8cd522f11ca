import Tensors

/// Kernels (3, 3, C, F) and their 36 transformed matrices (C, F).
enum WinogradKernel {
  /// G·g·Gᵀ.
  @inline(never)
  static func transform(_ kernel: FloatBuffer, channels: Int, filters: Int, into matrices: WinogradMatrices) {
    let count = channels * filters
    precondition(kernel.count == 9 * count && matrices.fits(count) && count >= Octet.scalarCount)
    guard let source = kernel.baseAddress else { return }
    forEachOctet(count) { i in
      @inline(__always)
      func column(_ x: Int) -> Six {
        let g = source + (x &* count &+ i)
        return WinogradTransform.kernel((octet(g), octet(g + 3 &* count), octet(g + 6 &* count)))
      }
      let (a, b, c) = (column(0), column(1), column(2))
      @inline(__always)
      func line(_ row: Int, _ values: (Octet, Octet, Octet)) {
        storeLine(
          WinogradTransform.kernel(values), matrices.start + (row &* 6 &* matrices.pitch &+ i), matrices.pitch)
      }
      line(0, (a.0, b.0, c.0))
      line(1, (a.1, b.1, c.1))
      line(2, (a.2, b.2, c.2))
      line(3, (a.3, b.3, c.3))
      line(4, (a.4, b.4, c.4))
      line(5, (a.5, b.5, c.5))
    }
  }

  /// Adds Gᵀ·du·G to a kernel's gradient: `transform` transposed.
  @inline(never)
  static func addGradient(of matrices: WinogradMatrices, channels: Int, filters: Int, to dkernel: MutableFloatBuffer) {
    let count = channels * filters
    precondition(dkernel.count == 9 * count && matrices.fits(count) && count >= Octet.scalarCount)
    guard let target = dkernel.baseAddress else { return }
    let (source, pitch) = (UnsafePointer(matrices.start), matrices.pitch)
    var done = 0
    forEachOctet(count) { i in
      // What the last octet shares with the one before is not to be added twice.
      let isDone = Octet.MaskStorage(0, 1, 2, 3, 4, 5, 6, 7) .< Int32(done - i)
      done = i + Octet.scalarCount
      @inline(__always)
      func column(_ x: Int) -> (Octet, Octet, Octet) {
        let u = source + (x &* pitch &+ i)
        return WinogradTransform.kernelGradient(
          (
            octet(u), octet(u + 6 &* pitch), octet(u + 12 &* pitch), octet(u + 18 &* pitch), octet(u + 24 &* pitch),
            octet(u + 30 &* pitch)
          ))
      }
      let (a, b, c, d, e, f) = (column(0), column(1), column(2), column(3), column(4), column(5))
      @inline(__always)
      func line(_ row: Int, _ values: Six) {
        let (left, middle, right) = WinogradTransform.kernelGradient(values)
        let g = target + (row &* 3 &* count &+ i)
        store(octet(g) + left.replacing(with: 0, where: isDone), g)
        store(octet(g + count) + middle.replacing(with: 0, where: isDone), g + count)
        store(octet(g + 2 &* count) + right.replacing(with: 0, where: isDone), g + 2 &* count)
      }
      line(0, (a.0, b.0, c.0, d.0, e.0, f.0))
      line(1, (a.1, b.1, c.1, d.1, e.1, f.1))
      line(2, (a.2, b.2, c.2, d.2, e.2, f.2))
    }
  }

  /// The kernel (3, 3, F, C) whose convolution with the output's gradient is the input's: turned by half a turn, channels
  /// and filters exchanged.
  @inline(never)
  static func turn(_ kernel: FloatBuffer, channels: Int, filters: Int, into turned: MutableFloatBuffer) {
    let count = channels * filters
    precondition(kernel.count == 9 * count && turned.count >= kernel.count)
    guard let source = kernel.baseAddress, let target = turned.baseAddress else { return }
    for tap in 0..<9 {
      let (from, to) = (source + tap * count, target + (8 - tap) * count)
      for f in 0..<filters {
        for c in 0..<channels { to[f &* channels &+ c] = from[c &* filters &+ f] }
      }
    }
  }
}
