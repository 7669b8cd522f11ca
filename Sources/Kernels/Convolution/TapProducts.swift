import Tensors

/// The input gradient of a convolution of few channels: `dpatches = dy · kernelᵀ`, whose elements are added up where patches
/// overlap. The product has a column for each tap and channel, few enough for our own registers.
struct TapProducts {
  /// The floats of patches that stay in the cache until they are added up.
  private static let blockCount = 32_768

  private let geometry: ConvolutionGeometry
  /// The patch, filled up to whole octets.
  private let pitch: Int
  private let pixelsPerBlock: Int

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    let octet = Octet.scalarCount
    pitch = (geometry.patch + octet - 1) / octet * octet
    let (line, most) = (max(geometry.window.width.output, 1), max(6, Self.blockCount / pitch))
    pixelsPerBlock = line > most ? most / 6 * 6 : most / line * line
  }

  /// A table of offsets, the kernel, a block of patches with an octet behind, and the tables of sums.
  var scratchCount: Int {
    geometry.filters + Panels.count(inner: geometry.filters, columns: pitch) + pixelsPerBlock * pitch
      + Octet.scalarCount + PatchSums.scratchCount(geometry.window)
  }

  /// See `Convolution.inputGradient`.
  func inputGradient(dy: TensorView, kernel: FloatBuffer, dx: TensorView, scratch: MutableFloatBuffer) {
    precondition(scratch.count >= scratchCount, "the caller lends enough scratch memory")
    dx.buffer.update(repeating: 0)
    guard let start = scratch.baseAddress else { return }
    let (filters, line) = (geometry.filters, geometry.window.width.output)
    let offsets = UnsafeMutableRawPointer(start).bindMemory(to: Int32.self, capacity: filters)
    for f in 0..<filters { offsets[f] = Int32(f) }
    let panels = Panels(start + filters, inner: filters, columns: pitch)
    panels.pack(transposed: kernel)
    let patches = start + filters + Panels.count(inner: filters, columns: pitch)
    var sums = PatchSums(
      geometry.window, pitch: pitch, scratch: patches + pixelsPerBlock * pitch + Octet.scalarCount)
    let section = pixelsPerBlock < line ? line : geometry.window.outputPixels
    for n in 0..<dy.samples {
      guard let source = dy.sample(n).reading.baseAddress, let target = dx.sample(n).baseAddress else { continue }
      for part in stride(from: 0, to: geometry.window.outputPixels, by: section) {
        for first in stride(from: part, to: part + section, by: pixelsPerBlock) {
          let pixels = first..<min(first + pixelsPerBlock, part + section)
          multiply(pixels, source, offsets, panels, into: patches)
          sums.add(pixels, patches, to: target)
        }
      }
    }
  }

  private func multiply(
    _ pixels: Range<Int>, _ dy: UnsafePointer<Float>, _ offsets: UnsafePointer<Int32>, _ panels: Panels,
    into patches: UnsafeMutablePointer<Float>
  ) {
    let last = pixels.count - 1
    for pixel in stride(from: 0, to: pixels.count, by: 6) {
      let rows = SixRows(dy + pixels.lowerBound * geometry.filters, geometry.filters, from: pixel, last: last)
      let results = SixRows(patches, pitch, from: pixel, last: last)
      panels.multiply(rows, at: offsets, bias: nil, rectifies: false, into: results)
    }
  }
}
