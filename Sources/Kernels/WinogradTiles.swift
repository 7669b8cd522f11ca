import Tensors

/// Cuts the output of a 3 × 3 convolution into tiles of 4 × 4 and moves them, channel by channel, between samples and the
/// 36 matrices of the transformed tiles: matrix p (tiles, channels) holds place p = 6·row + column of each. Each function takes
/// some tiles of one sample, of which the first has row `row` in the matrices.
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

  /// Bᵀ·d·B of the 6 × 6 pixels (…, C) under each tile, zeros where they lie outside.
  @inline(never)
  func transformInput(
    _ tiles: Range<Int>, of sample: FloatBuffer, into matrices: WinogradMatrices, row: Int
  ) {
    let channels = geometry.window.channels
    precondition(sample.count == geometry.inputCount && matrices.fits((row + tiles.count) * channels))
    guard let source = sample.baseAddress else { return }
    for tile in tiles {
      let (top, left) = origin(tile)
      let (y, x) = (top - height.before, left - width.before)
      let isInside = y >= 0 && x >= 0 && y + 6 <= height.input && x + 6 <= width.input
      let corner = (y * width.input + x) * channels
      let target = matrices.start + (row + tile - tiles.lowerBound) * channels
      forEachOctet(channels) { c in
        if isInside {
          let pixel = source + (corner + c)
          Self.transformInput(target + c, matrices.pitch) { row, column in
            octet(pixel + (row &* width.input &+ column) &* channels)
          }
        } else {
          Self.transformInput(target + c, matrices.pitch) { row, column in
            guard contains(y + row, height.input), contains(x + column, width.input) else { return Octet() }
            return octet(source + (corner + (row * width.input + column) * channels + c))
          }
        }
      }
    }
  }

  /// Aᵀ·m·A of each tile's 6 × 6 places, which gives its 4 × 4 pixels (…, F), with `bias` (F,) added and, with `rectifies`,
  /// nothing left below 0 (but NaN); what lies outside is dropped.
  @inline(never)
  func transformOutput(
    _ tiles: Range<Int>, from matrices: WinogradMatrices, to sample: MutableFloatBuffer, row: Int,
    bias: FloatBuffer? = nil, rectifies: Bool = false
  ) {
    let filters = geometry.filters
    precondition(bias?.count ?? filters == filters, "a bias for each filter")
    let (levels, floor) = (bias?.baseAddress, Octet(repeating: rectifies ? 0 : -.infinity))
    precondition(sample.count == geometry.outputCount && matrices.fits((row + tiles.count) * filters))
    guard let target = sample.baseAddress else { return }
    let pitch = matrices.pitch
    for tile in tiles {
      let (top, left) = origin(tile)
      let (rows, columns) = (min(4, height.output - top), min(4, width.output - left))
      let corner = target + (top * width.output + left) * filters
      let source = UnsafePointer(matrices.start) + (row + tile - tiles.lowerBound) * filters
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
        let level = levels.map { octet($0 + f) } ?? Octet()
        @inline(__always)
        func write(_ values: Octet, _ target: UnsafeMutablePointer<Float>) {
          let sum = values + level
          store(sum.replacing(with: 0, where: sum .< floor), target)
        }
        let (a, b, c, d, e, g) = (column(0), column(1), column(2), column(3), column(4), column(5))
        @inline(__always)
        func line(_ row: Int, _ values: Six) {
          guard row < rows else { return }
          let y = WinogradTransform.output(values)
          let line = corner + (row &* width.output &* filters &+ f)
          write(y.0, line)
          if columns > 1 { write(y.1, line + filters) }
          if columns > 2 { write(y.2, line + 2 &* filters) }
          if columns > 3 { write(y.3, line + 3 &* filters) }
        }
        line(0, (a.0, b.0, c.0, d.0, e.0, g.0))
        line(1, (a.1, b.1, c.1, d.1, e.1, g.1))
        line(2, (a.2, b.2, c.2, d.2, e.2, g.2))
        line(3, (a.3, b.3, c.3, d.3, e.3, g.3))
      }
    }
  }

  /// A·dy·Aᵀ of the 4 × 4 pixels (…, F) of each tile's gradient, zeros where they lie outside: `transformOutput` transposed.
  @inline(never)
  func transformOutputGradient(
    _ tiles: Range<Int>, of sample: FloatBuffer, into matrices: WinogradMatrices, row: Int
  ) {
    let filters = geometry.filters
    precondition(sample.count == geometry.outputCount && matrices.fits((row + tiles.count) * filters))
    guard let source = sample.baseAddress else { return }
    let pitch = matrices.pitch
    for tile in tiles {
      let (top, left) = origin(tile)
      let (rows, columns) = (height.output - top, width.output - left)
      let corner = source + (top * width.output + left) * filters
      let target = matrices.start + (row + tile - tiles.lowerBound) * filters
      forEachOctet(filters) { f in
        @inline(__always)
        func pixel(_ row: Int, _ column: Int) -> Octet {
          row < rows && column < columns
            ? octet(corner + ((row &* width.output &+ column) &* filters &+ f)) : Octet()
        }
        @inline(__always)
        func column(_ column: Int) -> Six {
          WinogradTransform.outputGradient((pixel(0, column), pixel(1, column), pixel(2, column), pixel(3, column)))
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
    }
  }

  /// The 36 places of one tile and octet, whose 6 × 6 pixels `pixel` knows.
  @inline(__always)
  private static func transformInput(
    _ target: UnsafeMutablePointer<Float>, _ pitch: Int, _ pixel: (_ row: Int, _ column: Int) -> Octet
  ) {
    @inline(__always)
    func column(_ x: Int) -> Six {
      WinogradTransform.input((pixel(0, x), pixel(1, x), pixel(2, x), pixel(3, x), pixel(4, x), pixel(5, x)))
    }
    let (a, b, c, d, e, f) = (column(0), column(1), column(2), column(3), column(4), column(5))
    @inline(__always)
    func line(_ row: Int, _ values: Six) {
      storeLine(WinogradTransform.input(values), target + row &* 6 &* pitch, pitch)
    }
    line(0, (a.0, b.0, c.0, d.0, e.0, f.0))
    line(1, (a.1, b.1, c.1, d.1, e.1, f.1))
    line(2, (a.2, b.2, c.2, d.2, e.2, f.2))
    line(3, (a.3, b.3, c.3, d.3, e.3, f.3))
    line(4, (a.4, b.4, c.4, d.4, e.4, f.4))
    line(5, (a.5, b.5, c.5, d.5, e.5, f.5))
  }

  /// The output pixel at a tile's upper left.
  private func origin(_ tile: Int) -> (row: Int, column: Int) { (tile / tilesAcross * 4, tile % tilesAcross * 4) }

  /// One comparison: a negative number is a huge unsigned one.
  @inline(__always)
  private func contains(_ index: Int, _ extent: Int) -> Bool { UInt(bitPattern: index) < UInt(bitPattern: extent) }
}

/// Calls `body` with the start of every octet of channels. The last one overlaps the one before where the channels are no
/// multiple of eight, and the floats in both are worked out twice.
@inline(__always)
func forEachOctet(_ channels: Int, _ body: (Int) -> Void) {
  var c = 0
  while c < channels {
    body(min(c, channels - Octet.scalarCount))
    c += Octet.scalarCount
  }
}

@inline(__always)
func octet(_ source: UnsafePointer<Float>) -> Octet { UnsafeRawPointer(source).loadUnaligned(as: Octet.self) }

@inline(__always)
func store(_ values: Octet, _ target: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(target).storeBytes(of: values, as: Octet.self)
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
