import Tensors

/// Convolution of few channels, straight from the input: six output pixels times two vectors of filters in registers, over the
/// elements of the patch.
///
/// A patch matrix would be many times as large as such an input, and its product so narrow that copying patches takes as long
/// as multiplying them. Here a copy of the sample with its padding, where it has any, makes all outputs alike: element k of
/// the patch under an output lies `offsets[k]` floats behind the patch's first.
struct DirectConvolution {
  /// So few channels, and then a patch so short or so few filters: long patches of many filters make good matrices.
  private static let (mostChannels, longestPatch, fewestFilters, mostFilters) = (8, 160, 8, 32)
  /// The floats of output that are finished while they are in the cache.
  private static let outputsPerBlock = 8_192

  private let geometry: ConvolutionGeometry
  private let padded: PaddedSample

  /// Whether a convolution is one of few channels.
  static func suits(_ geometry: ConvolutionGeometry) -> Bool {
    geometry.window.channels <= mostChannels && geometry.filters >= fewestFilters && geometry.window.fits
      && (geometry.patch <= longestPatch || geometry.filters <= mostFilters)
  }

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    padded = PaddedSample(geometry.window)
  }

  /// How many floats of scratch memory `forward` and `kernelGradient` need.
  var scratchCount: Int {
    // Panels have as many floats as sums of the kernel's gradient.
    geometry.patch + padded.count + Panels.count(inner: geometry.patch, columns: geometry.filters)
      + (pitch > geometry.filters ? linesPerBlock * geometry.window.width.output * pitch : 0)
  }

  /// `y = activation(x ∗ kernel + bias)`, see `Convolution.forward`.
  func forward(
    x: TensorView, kernel: FloatBuffer, bias: FloatBuffer?, activation: Activation, y: TensorView,
    before: MutableFloatBuffer?, scratch: MutableFloatBuffer
  ) {
    let (offsets, copy, rest) = cut(scratch)
    let (filters, pixels) = (geometry.filters, geometry.window.outputPixels)
    let panels = Panels(rest, inner: geometry.patch, columns: filters)
    panels.pack(kernel)
    let rectifies = activation == .relu
    let pixelsPerBlock = max(1, Self.outputsPerBlock / (6 * filters)) * 6
    for n in 0..<x.samples {
      guard let source = padded.read(x.sample(n).reading, copy), let target = y.sample(n).baseAddress else { continue }
      for first in stride(from: 0, to: pixels, by: pixelsPerBlock) {
        let block = first..<min(first + pixelsPerBlock, pixels)
        multiply(block, from: source, at: offsets, by: panels, bias: bias?.baseAddress, rectifies, into: target)
        guard activation != .linear && !rectifies else { continue }
        let outputs = block.lowerBound * filters..<block.upperBound * filters
        activation.apply(
          bias: nil, to: y.sample(n).part(outputs), before: before.map { y.samePart($0, sample: n, outputs) },
          channels: filters)
      }
    }
  }

  /// Some pixels of one sample.
  private func multiply(
    _ pixels: Range<Int>, from source: UnsafePointer<Float>, at offsets: UnsafePointer<Int32>, by panels: Panels,
    bias: UnsafePointer<Float>?, _ rectifies: Bool, into target: UnsafeMutablePointer<Float>
  ) {
    let last = pixels.upperBound - 1
    // Beyond the last pixel, it is worked out again.
    var places = padded.places(from: pixels.lowerBound, last: last)
    for pixel in stride(from: pixels.lowerBound, to: pixels.upperBound, by: 6) {
      let rows = SixRows(
        source + places.next(), source + places.next(), source + places.next(), source + places.next(),
        source + places.next(), source + places.next())
      let results = SixRows(target, geometry.filters, from: pixel, last: last)
      panels.multiply(rows, at: offsets, bias: bias, rectifies: rectifies, into: results)
    }
  }

  /// The gradient of the kernel, added to `dkernel` sample by sample: `dkernel[k, f] += Σ x[· + offsets[k]] · dy[·, f]`.
  func kernelGradient(x: TensorView, dy: TensorView, dkernel: MutableFloatBuffer, scratch: MutableFloatBuffer) {
    let (offsets, copy, sums) = cut(scratch)
    let (window, filters) = (geometry.window, geometry.filters)
    let (lines, columns) = (window.depth.output * window.height.output, window.width.output)
    let rest = sums + geometry.patch * pitch
    for n in 0..<x.samples {
      guard let source = padded.read(x.sample(n).reading, copy), let outputs = dy.sample(n).reading.baseAddress else {
        continue
      }
      sums.update(repeating: 0, count: geometry.patch * pitch)
      for first in stride(from: 0, to: lines, by: linesPerBlock) {
        let block = first..<min(first + linesPerBlock, lines)
        let gradient = filled(outputs + first * columns * filters, block.count * columns, rest)
        for k in stride(from: 0, to: geometry.patch, by: 6) {
          for f in stride(from: 0, to: pitch, by: 2 * Vector.scalarCount) {
            addProducts(k, f, block, source, offsets, gradient, to: sums)
          }
        }
      }
      for k in 0..<geometry.patch {
        for f in 0..<filters { dkernel[k &* filters &+ f] += sums[k &* pitch &+ f] }
      }
    }
  }

  /// Six elements of the patch times two vectors of filters, or one, over some lines of outputs.
  @inline(__always)
  private func addProducts(
    _ element: Int, _ filter: Int, _ lines: Range<Int>, _ source: UnsafePointer<Float>,
    _ offsets: UnsafePointer<Int32>, _ gradient: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>
  ) {
    // Beyond the last element, it is worked out again.
    let (last, columns) = (geometry.patch - 1, geometry.window.width.output)
    func offset(_ i: Int) -> Int { Int(offsets[min(element + i, last)]) }
    let step = geometry.window.width.stride * geometry.window.channels
    let targets = SixRows(sums + filter, pitch, from: element, last: last)
    for line in lines {
      let start = source + padded.start(of: line)
      let x = SixRows(
        start + offset(0), start + offset(1), start + offset(2), start + offset(3), start + offset(4), start + offset(5)
      )
      let dy = gradient + (line - lines.lowerBound) * columns * pitch + filter
      if pitch - filter > Vector.scalarCount {
        Self.addPairs(x, step, dy, pitch, columns, to: targets)
      } else {
        Self.addSingles(x, step, dy, pitch, columns, to: targets)
      }
    }
  }

  /// The lines whose gradients stay in the cache.
  private var linesPerBlock: Int {
    max(1, Self.outputsPerBlock / 2 / (geometry.window.width.output * geometry.filters))
  }

  /// The filters, filled up to whole vectors.
  private var pitch: Int { (geometry.filters + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount }

  /// Rows of filters as whole vectors: as they lie, or copied.
  private func filled(
    _ rows: UnsafePointer<Float>, _ count: Int, _ copy: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard pitch > geometry.filters else { return rows }
    for i in 0..<count {
      for c in stride(from: 0, to: geometry.filters, by: Vector.scalarCount) {
        store(vector(rows + (i &* geometry.filters &+ c), geometry.filters &- c), copy + (i &* pitch &+ c))
      }
    }
    return UnsafePointer(copy)
  }

  /// One line of outputs. A function of its own, so that all sums stay in registers.
  @inline(never)
  private static func addPairs(
    _ x: SixRows<UnsafePointer<Float>>, _ step: Int, _ dy: UnsafePointer<Float>, _ pitch: Int, _ columns: Int,
    to sums: SixRows<UnsafeMutablePointer<Float>>
  ) {
    let second = Vector.scalarCount
    var (a0, b0) = (vector(sums.r0), vector(sums.r0 + second))
    var (a1, b1) = (vector(sums.r1), vector(sums.r1 + second))
    var (a2, b2) = (vector(sums.r2), vector(sums.r2 + second))
    var (a3, b3) = (vector(sums.r3), vector(sums.r3 + second))
    var (a4, b4) = (vector(sums.r4), vector(sums.r4 + second))
    var (a5, b5) = (vector(sums.r5), vector(sums.r5 + second))
    var (place, dy) = (0, dy)
    for _ in 0..<columns {
      let (d0, d1) = (vector(dy), vector(dy + second))
      (a0, b0) = (a0.adding(d0, x.r0[place]), b0.adding(d1, x.r0[place]))
      (a1, b1) = (a1.adding(d0, x.r1[place]), b1.adding(d1, x.r1[place]))
      (a2, b2) = (a2.adding(d0, x.r2[place]), b2.adding(d1, x.r2[place]))
      (a3, b3) = (a3.adding(d0, x.r3[place]), b3.adding(d1, x.r3[place]))
      (a4, b4) = (a4.adding(d0, x.r4[place]), b4.adding(d1, x.r4[place]))
      (a5, b5) = (a5.adding(d0, x.r5[place]), b5.adding(d1, x.r5[place]))
      place &+= step
      dy += pitch
    }
    sums.forEach(a0, a1, a2, a3, a4, a5) { store($1, $0) }
    sums.forEach(b0, b1, b2, b3, b4, b5) { store($1, $0 + second) }
  }

  /// The same with one vector of filters.
  @inline(never)
  private static func addSingles(
    _ x: SixRows<UnsafePointer<Float>>, _ step: Int, _ dy: UnsafePointer<Float>, _ pitch: Int, _ columns: Int,
    to sums: SixRows<UnsafeMutablePointer<Float>>
  ) {
    var (a0, a1, a2) = (vector(sums.r0), vector(sums.r1), vector(sums.r2))
    var (a3, a4, a5) = (vector(sums.r3), vector(sums.r4), vector(sums.r5))
    var (place, dy) = (0, dy)
    for _ in 0..<columns {
      let d0 = vector(dy)
      (a0, a1, a2) = (a0.adding(d0, x.r0[place]), a1.adding(d0, x.r1[place]), a2.adding(d0, x.r2[place]))
      (a3, a4, a5) = (a3.adding(d0, x.r3[place]), a4.adding(d0, x.r4[place]), a5.adding(d0, x.r5[place]))
      place &+= step
      dy += pitch
    }
    sums.forEach(a0, a1, a2, a3, a4, a5) { store($1, $0) }
  }

  /// The table of offsets, room for a padded copy, filled with zeros, and what is left.
  private func cut(
    _ scratch: MutableFloatBuffer
  ) -> (UnsafePointer<Int32>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) {
    precondition(scratch.count >= scratchCount, "the caller lends enough scratch memory")
    guard let start = scratch.baseAddress else { preconditionFailure("scratch memory of a patch is not empty") }
    let offsets = UnsafeMutableRawPointer(start).bindMemory(to: Int32.self, capacity: geometry.patch)
    padded.writeOffsets(to: offsets)
    let copy = start + geometry.patch
    copy.update(repeating: 0, count: padded.count)
    return (UnsafePointer(offsets), copy, copy + padded.count)
  }
}
