import Tensors

/// The matrix of input patches that turns convolution into a matrix product ("im2col"; Chellapilla, Puri and Simard,
/// "High performance convolutional neural networks for document processing", 2006), for a block of output rows at a time.
///
/// Row (oh, ow) holds the patch under that output: (kh, kw, C), zeros where it reaches outside. A block's matrix is kept
/// within half a mebibyte, so that it is still in the core's L2 cache when the product reads it.
struct PatchMatrix {
  private static let blockCount = 65_536

  let geometry: ConvolutionGeometry
  /// How many output rows make one block; the last block may be lower.
  let rowsPerBlock: Int

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    let rowCount = geometry.horizontal.output * geometry.patch
    let rows = max(1, Self.blockCount / max(rowCount, 1))
    let blocks = (geometry.vertical.output + rows - 1) / rows
    rowsPerBlock = (geometry.vertical.output + blocks - 1) / blocks  // blocks of even height
  }

  /// The most floats that one block takes.
  var scratchCount: Int { rowsPerBlock * geometry.horizontal.output * geometry.patch }

  /// The blocks, as ranges of output rows.
  var blocks: StrideTo<Int> { stride(from: 0, to: geometry.vertical.output, by: rowsPerBlock) }

  /// The output rows of the block that starts at `first`.
  func rows(from first: Int) -> Range<Int> { first..<min(first + rowsPerBlock, geometry.vertical.output) }

  /// Copies the patches of `rows` out of one sample (H, W, C).
  func gather(_ rows: Range<Int>, from sample: FloatBuffer, into patches: MutableFloatBuffer) {
    precondition(sample.count == geometry.inputCount && rows.count <= rowsPerBlock && patches.count >= scratchCount)
    guard let source = sample.baseAddress, var row = patches.baseAddress else { return }
    let (v, h, c) = (geometry.vertical, geometry.horizontal, geometry.channels)
    for oh in rows {
      for ow in 0..<h.output {
        let left = h.origin(ow)
        // Taps with no gap between them and no padding under them are one run of memory.
        let isOneRun = h.dilation == 1 && left >= 0 && left + h.kernel <= h.input
        for kh in 0..<v.kernel {
          let y = v.origin(oh) + kh * v.dilation
          if y < 0 || y >= v.input {
            row.update(repeating: 0, count: h.kernel * c)
          } else if isOneRun {
            row.update(from: source + (y * h.input + left) * c, count: h.kernel * c)
          } else {
            for kw in 0..<h.kernel {
              let x = left + kw * h.dilation
              if x < 0 || x >= h.input {
                (row + kw * c).update(repeating: 0, count: c)
              } else {
                (row + kw * c).update(from: source + (y * h.input + x) * c, count: c)
              }
            }
          }
          row += h.kernel * c
        }
      }
    }
  }

  /// Adds the patches of `rows` back to where `gather` took them from; what fell on padding is dropped.
  func scatter(_ rows: Range<Int>, from patches: FloatBuffer, addingTo sample: MutableFloatBuffer) {
    precondition(sample.count == geometry.inputCount && rows.count <= rowsPerBlock && patches.count >= scratchCount)
    guard let target = sample.baseAddress, var row = patches.baseAddress else { return }
    let (v, h, c) = (geometry.vertical, geometry.horizontal, geometry.channels)
    for oh in rows {
      for ow in 0..<h.output {
        let left = h.origin(ow)
        let isOneRun = h.dilation == 1 && left >= 0 && left + h.kernel <= h.input
        for kh in 0..<v.kernel {
          let y = v.origin(oh) + kh * v.dilation
          if y >= 0 && y < v.input {
            if isOneRun {
              add(row, to: target + (y * h.input + left) * c, count: h.kernel * c)
            } else {
              for kw in 0..<h.kernel {
                let x = left + kw * h.dilation
                if x >= 0 && x < h.input { add(row + kw * c, to: target + (y * h.input + x) * c, count: c) }
              }
            }
          }
          row += h.kernel * c
        }
      }
    }
  }

  @inline(__always)
  private func add(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { target[i] += source[i] }
  }
}
