import Tensors

/// The matrix of input patches that turns convolution into a matrix product ("im2col"; Chellapilla, Puri and Simard,
/// "High performance convolutional neural networks for document processing", 2006), for a block of output pixels at a time.
///
/// Row (od, oh, ow) holds the patch under that output: (kd, kh, kw, C), zeros where it reaches outside. A block's matrix is kept
/// within half a mebibyte, so that it is still in the core's L2 cache when the product reads it; or, where patches are long, has
/// so many rows that the product is worth the packing of its other factor. Where a sample has few outputs, several share a block.
struct PatchMatrix {
  private static let blockCount = 131_072
  /// Fewer rows than this are no good to a product, however long the patches are: OpenBLAS packs the kernel for each.
  private static let fewestRows = 256

  let geometry: ConvolutionGeometry
  /// The outputs whose patches belong together: whole lines, or parts of one, or whole samples.
  let blocks: SampleBlocks

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    let (all, line) = (geometry.window.outputPixels, max(geometry.window.width.output, 1))
    let most = max(Self.fewestRows, Self.blockCount / max(geometry.patch, 1))
    // Whole lines of output pixels, as many as fit into a block, or parts of a line; in blocks of even size.
    let (unit, units) = line > most ? (1, line) : (line, all / line)
    let blocks = max(1, (units + most / unit - 1) / (most / unit))
    let pixels = max(1, (units + blocks - 1) / blocks) * unit
    self.blocks = SampleBlocks(
      samplesPerBlock: SampleBlocks.samples(of: all, rows: Self.fewestRows, limit: 16), placesPerBlock: pixels,
      places: all, section: pixels < line ? line : all)
  }

  /// The most floats that one block takes.
  var scratchCount: Int { blocks.rows * geometry.patch }

  /// Copies the patches of `pixels` out of one sample (D, H, W, C).
  func gather(_ pixels: Range<Int>, from sample: FloatBuffer, into patches: MutableFloatBuffer) {
    check(pixels, sample.count, patches.count)
    guard let source = sample.baseAddress, let target = patches.baseAddress else { return }
    let (w, c, patch) = (geometry.window.width, geometry.window.channels, geometry.patch)
    let (run, inside) = (w.kernel * c, inside)
    forEachLine(pixels) { line, columns, place in
      let start = target + place
      guard line >= 0 else {
        for i in 0..<columns.count { (start + i &* patch).update(repeating: 0, count: run) }
        return
      }
      let whole = inside.clamped(to: columns)
      copyRuns(
        whole.count, of: run, from: source + (line + w.origin(whole.lowerBound)) * c, by: w.stride * c,
        to: start + (whole.lowerBound - columns.lowerBound) * patch, by: patch)
      for ow in columns.lowerBound..<whole.lowerBound { copyTaps(ow) }
      for ow in whole.upperBound..<columns.upperBound { copyTaps(ow) }

      func copyTaps(_ ow: Int) {
        let row = start + (ow - columns.lowerBound) * patch
        for kw in 0..<w.kernel {
          let x = w.origin(ow) + kw * w.dilation
          if x < 0 || x >= w.input {
            (row + kw * c).update(repeating: 0, count: c)
          } else {
            (row + kw * c).update(from: source + (line + x) * c, count: c)
          }
        }
      }
    }
  }

  /// Calls `body` for each line of taps (kd, kh) over each line of output pixels: with the first pixel of the input's line
  /// under it, or -1 where that is padding; with the columns of the output; and with the place in the patch matrix where the
  /// first column has these taps.
  @inline(__always)
  private func forEachLine(_ pixels: Range<Int>, _ body: (_ line: Int, _ columns: Range<Int>, _ place: Int) -> Void) {
    let (d, h, w) = (geometry.window.depth, geometry.window.height, geometry.window.width)
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let first = pixel % w.output
      let (oh, od) = (pixel / w.output % h.output, pixel / w.output / h.output)
      let end = min(w.output, first + pixels.upperBound - pixel)
      var place = (pixel - pixels.lowerBound) * geometry.patch
      for kd in 0..<d.kernel {
        let z = d.origin(od) + kd * d.dilation
        for kh in 0..<h.kernel {
          let y = h.origin(oh) + kh * h.dilation
          let isInside = z >= 0 && z < d.input && y >= 0 && y < h.input
          body(isInside ? (z * h.input + y) * w.input : -1, first..<end, place)
          place += w.kernel * geometry.window.channels
        }
      }
      pixel += end - first
    }
  }

  /// The columns of the output whose taps in a line are one run of memory, with no gap between them and no padding under them.
  private var inside: Range<Int> {
    let w = geometry.window.width
    guard w.dilation == 1, w.input >= w.kernel else { return 0..<0 }
    let first = (w.before + w.stride - 1) / w.stride
    return first..<max(first, min(w.output, (w.input - w.kernel + w.before) / w.stride + 1))
  }

  /// Release builds check no index above, so everything that is cut there is measured here.
  private func check(_ pixels: Range<Int>, _ sample: Int, _ patches: Int) {
    precondition(
      sample == geometry.inputCount && pixels.count <= blocks.placesPerBlock && patches >= pixels.count * geometry.patch
        && 0 <= pixels.lowerBound && pixels.upperBound <= geometry.window.outputPixels)
  }

  /// Copies runs of `run` floats that start `step` floats apart to where they start `pitch` floats apart.
  @inline(__always)
  private func copyRuns(
    _ count: Int, of run: Int, from source: UnsafePointer<Float>, by step: Int, to target: UnsafeMutablePointer<Float>,
    by pitch: Int
  ) {
    var (from, to) = (source, target)
    // Runs of few channels are so short that a call would take longer than the copy.
    let (isShort, last) = (8 <= run && run <= 16, run &- 8)
    for _ in 0..<count {
      if isShort {
        let (head, tail) = (octet(from), octet(from + last))
        store(head, to)
        store(tail, to + last)
      } else {
        to.update(from: from, count: run)
      }
      from += step
      to += pitch
    }
  }
}
