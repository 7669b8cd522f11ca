import Tensors

/// Cuts the output of a 3 × 3 convolution into tiles of 4 × 4 and moves them, channel by channel, between samples and the
/// 36 matrices of the transformed tiles: matrix p (tiles, channels) holds place p = 6·row + column of each. Each function takes
/// some tiles of one sample, of which the first has row `row` in the matrices.
///
/// A tile that reaches beyond the sample goes by way of `edge`, `edgeCount` floats that the caller lends, so that all
/// arithmetic is that of whole tiles.
struct WinogradTiles {
  let geometry: ConvolutionGeometry
  private let height: WindowAxis
  private let width: WindowAxis
  private let tilesAcross: Int
  /// The tiles of one sample.
  let count: Int

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    (height, width) = (geometry.window.height, geometry.window.width)
    tilesAcross = (width.output + 3) / 4
    count = (height.output + 3) / 4 * tilesAcross
  }

  /// The floats of the 6 × 6 pixels under a tile, or of its 4 × 4 pixels.
  var edgeCount: Int { max(36 * geometry.window.channels, 16 * geometry.filters) }

  /// Bᵀ·d·B of the 6 × 6 pixels (…, C) under each tile, zeros where they lie outside.
  @inline(never)
  func transformInput(
    _ tiles: Range<Int>, of sample: FloatBuffer, into matrices: WinogradMatrices, row: Int,
    edge lent: MutableFloatBuffer
  ) {
    let channels = geometry.window.channels
    precondition(sample.count == geometry.inputCount && matrices.fits((row + tiles.count) * channels))
    let plane = WinogradPlane(rows: height.input, columns: width.input, channels: channels)
    guard let source = sample.baseAddress, let edge = edge(lent) else { return }
    let pitch = matrices.pitch
    var target = matrices.start + row * channels
    for tile in tiles {
      let (top, left) = origin(tile)
      let pixels = plane.read(6, top - height.before, left - width.before, of: source, edge: edge)
      forEachOctet(channels) { channel in
        @inline(__always)
        func column(_ x: Int) -> Six {
          let d = pixels.start + (x &* channels &+ channel)
          return WinogradTransform.input(
            (
              octet(d), octet(d + pixels.line), octet(d + 2 &* pixels.line), octet(d + 3 &* pixels.line),
              octet(d + 4 &* pixels.line), octet(d + 5 &* pixels.line)
            ))
        }
        let (a, b, c, d, e, f) = (column(0), column(1), column(2), column(3), column(4), column(5))
        @inline(__always)
        func line(_ row: Int, _ values: Six) {
          storeLine(WinogradTransform.input(values), target + (row &* 6 &* pitch &+ channel), pitch)
        }
        line(0, (a.0, b.0, c.0, d.0, e.0, f.0))
        line(1, (a.1, b.1, c.1, d.1, e.1, f.1))
        line(2, (a.2, b.2, c.2, d.2, e.2, f.2))
        line(3, (a.3, b.3, c.3, d.3, e.3, f.3))
        line(4, (a.4, b.4, c.4, d.4, e.4, f.4))
        line(5, (a.5, b.5, c.5, d.5, e.5, f.5))
      }
      target += channels
    }
  }

  /// Aᵀ·m·A of each tile's 6 × 6 places, which gives its 4 × 4 pixels (…, F), with `bias` (F,) added and, with `rectifies`,
  /// nothing left below 0 (but NaN); what lies outside is dropped.
  @inline(never)
  func transformOutput(
    _ tiles: Range<Int>, from matrices: WinogradMatrices, to sample: MutableFloatBuffer, row: Int,
    bias: FloatBuffer? = nil, rectifies: Bool = false, edge lent: MutableFloatBuffer
  ) {
    let filters = geometry.filters
    precondition(bias?.count ?? filters == filters, "a bias for each filter")
    precondition(sample.count == geometry.outputCount && matrices.fits((row + tiles.count) * filters))
    let (levels, floor) = (bias?.baseAddress, Octet(repeating: rectifies ? 0 : -.infinity))
    let plane = WinogradPlane(rows: height.output, columns: width.output, channels: filters)
    guard let target = sample.baseAddress, let edge = edge(lent) else { return }
    let pitch = matrices.pitch
    var source = UnsafePointer(matrices.start) + row * filters
    for tile in tiles {
      let (top, left) = origin(tile)
      let pixels = plane.write(4, top, left, of: target, edge: edge)
      forEachOctet(filters) { f in
        @inline(__always)
        func column(_ place: Int) -> (Octet, Octet, Octet, Octet) {
          let m = source + (place &* pitch &+ f)
          return WinogradTransform.output(
            (
              octet(m), octet(m + 6 &* pitch), octet(m + 12 &* pitch), octet(m + 18 &* pitch), octet(m + 24 &* pitch),
              octet(m + 30 &* pitch)
            ))
        }
        let (a, b, c, d, e, g) = (column(0), column(1), column(2), column(3), column(4), column(5))
        let level = levels.map { octet($0 + f) } ?? Octet()
        @inline(__always)
        func write(_ values: Octet, _ target: UnsafeMutablePointer<Float>) {
          let sum = values + level
          store(sum.replacing(with: 0, where: sum .< floor), target)
        }
        @inline(__always)
        func line(_ row: Int, _ values: Six) {
          let y = WinogradTransform.output(values)
          let line = pixels.start + (row &* pixels.line &+ f)
          write(y.0, line)
          write(y.1, line + filters)
          write(y.2, line + 2 &* filters)
          write(y.3, line + 3 &* filters)
        }
        line(0, (a.0, b.0, c.0, d.0, e.0, g.0))
        line(1, (a.1, b.1, c.1, d.1, e.1, g.1))
        line(2, (a.2, b.2, c.2, d.2, e.2, g.2))
        line(3, (a.3, b.3, c.3, d.3, e.3, g.3))
      }
      plane.finish(4, top, left, of: target, edge: edge)
      source += filters
    }
  }

  /// A·dy·Aᵀ of the 4 × 4 pixels (…, F) of each tile's gradient, zeros where they lie outside: `transformOutput` transposed.
  @inline(never)
  func transformOutputGradient(
    _ tiles: Range<Int>, of sample: FloatBuffer, into matrices: WinogradMatrices, row: Int,
    edge lent: MutableFloatBuffer
  ) {
    let filters = geometry.filters
    precondition(sample.count == geometry.outputCount && matrices.fits((row + tiles.count) * filters))
    let plane = WinogradPlane(rows: height.output, columns: width.output, channels: filters)
    guard let source = sample.baseAddress, let edge = edge(lent) else { return }
    let pitch = matrices.pitch
    var target = matrices.start + row * filters
    for tile in tiles {
      let (top, left) = origin(tile)
      let pixels = plane.read(4, top, left, of: source, edge: edge)
      forEachOctet(filters) { f in
        @inline(__always)
        func column(_ x: Int) -> Six {
          let y = pixels.start + (x &* filters &+ f)
          return WinogradTransform.outputGradient(
            (octet(y), octet(y + pixels.line), octet(y + 2 &* pixels.line), octet(y + 3 &* pixels.line)))
        }
        let (a, b, c, d) = (column(0), column(1), column(2), column(3))
        @inline(__always)
        func line(_ row: Int, _ values: (Octet, Octet, Octet, Octet)) {
          storeLine(WinogradTransform.outputGradient(values), target + (row &* 6 &* pitch &+ f), pitch)
        }
        line(0, (a.0, b.0, c.0, d.0))
        line(1, (a.1, b.1, c.1, d.1))
        line(2, (a.2, b.2, c.2, d.2))
        line(3, (a.3, b.3, c.3, d.3))
        line(4, (a.4, b.4, c.4, d.4))
        line(5, (a.5, b.5, c.5, d.5))
      }
      target += filters
    }
  }

  private func edge(_ lent: MutableFloatBuffer) -> UnsafeMutablePointer<Float>? {
    precondition(lent.count >= edgeCount, "the caller lends enough memory for an edge")
    return lent.baseAddress
  }

  /// The output pixel at a tile's upper left.
  private func origin(_ tile: Int) -> (row: Int, column: Int) { (tile / tilesAcross * 4, tile % tilesAcross * 4) }
}

/// Six vectors, `pitch` floats apart.
@inline(__always)
func storeLine(_ values: Six, _ target: UnsafeMutablePointer<Float>, _ pitch: Int) {
  store(values.0, target)
  store(values.1, target + pitch)
  store(values.2, target + 2 &* pitch)
  store(values.3, target + 3 &* pitch)
  store(values.4, target + 4 &* pitch)
  store(values.5, target + 5 &* pitch)
}
