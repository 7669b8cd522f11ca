import Tensors

/// Copies some channels of neighbouring pixels; pixels lie `from` and `to` floats apart.
@inline(__always)
func copyPixels(
  _ count: Int, of channels: Int, from source: UnsafePointer<Float>, _ from: Int,
  to target: UnsafeMutablePointer<Float>, _ to: Int
) {
  if from == channels && to == channels { return target.update(from: source, count: count &* channels) }
  for i in 0..<count { (target + i &* to).update(from: source + i &* from, count: channels) }
}

/// Transforms the tiles of a volume: matrix p (tiles, channels) holds place p of each. Outside the volume there are zeros.
struct TileAnalysis {
  let volume: TiledVolume
  /// Whether a tile's elements are taken in reverse order, along every axis.
  var isReversed = false

  /// The floats that `transform` is lent.
  var bufferCount: Int { volume.lineFloats + volume.sliceFloats }

  /// Transforms some tiles of one sample (…, channels), of which the first has row `row` in the matrices. The buffer has
  /// `volume.zeroFloats` zeros.
  @inline(never)
  func transform(
    _ tiles: Range<Int>, of sample: FloatBuffer, into matrices: WinogradMatrices, row: Int, buffer: StripBuffer
  ) {
    let channels = volume.channels
    precondition(
      sample.count == volume.count && matrices.fits(volume.places, (row + tiles.count) * channels)
        && channels >= Vector.scalarCount && buffer.floats.count >= bufferCount
        && buffer.zeros.count >= volume.zeroFloats)
    guard let source = sample.baseAddress, let lines = buffer.floats.baseAddress, let zeros = buffer.zeros.baseAddress
    else { return }
    let slices = lines + volume.lineFloats
    let width = volume.width
    volume.forEachStrip(tiles) { strip in
      if volume.isSquare && volume.depth.places == 1 {
        transformSquares(strip, of: source, into: matrices, row: row, buffer: lines, zeros: zeros)
        return
      }
      let view = read(strip, of: source, lines: lines, slices: slices, zeros: zeros)
      let start = matrices.start + ((row &+ strip.row) &* channels &+ strip.first)
      width.transform.apply(
        EvenLines(
          start: view.start + element(0, width) &* view.column, pitch: isReversed ? -view.column : view.column),
        to: TargetLines(start: start, pitch: matrices.pitch),
        LineRuns(
          length: strip.channels, count: strip.tiles, steps: (width.step &* view.column, channels),
          repeats: volume.lines, jumps: (view.line, width.places &* matrices.pitch)))
    }
  }

  /// Tiles on planes: those that lie within the plane's width as they are, others by way of a copy.
  @inline(__always)
  private func transformSquares(
    _ strip: TiledVolume.Strip, of source: UnsafePointer<Float>, into matrices: WinogradMatrices, row: Int,
    buffer: UnsafeMutablePointer<Float>, zeros: UnsafePointer<Float>
  ) {
    let (height, width, channels) = (volume.height, volume.width, volume.channels)
    let (top, line) = (height.origin(strip.height), width.extent &* channels)
    let plane = source + (strip.depth &* height.extent &* line &+ strip.first)
    let start = matrices.start + ((row &+ strip.row) &* channels &+ strip.first)
    // where tiles begin to reach beyond the right
    let endInside = (width.extent + width.before - width.side) / width.step + 1
    var tile = 0
    while tile < strip.tiles {
      let left = width.origin(strip.width &+ tile)
      let isInside = left >= 0 && left &+ width.side <= width.extent
      let count = isInside ? min(strip.tiles, endInside &- strip.width) &- tile : 1
      let inside = max(0, -left)..<min(width.side, width.extent &- left)
      let column = isInside ? channels : strip.channels
      let lines = ScatteredLines(height.side) { j in
        let y = top &+ element(j, height)
        guard 0..<height.extent ~= y else { return zeros }
        let from = plane + (y &* line &+ (left &+ inside.lowerBound) &* channels)
        if isInside { return from + element(0, width) &* channels }
        let copy = buffer + j &* width.side &* strip.channels
        copy.update(repeating: 0, count: inside.lowerBound &* strip.channels)
        (copy + inside.upperBound &* strip.channels)
          .update(repeating: 0, count: (width.side &- inside.upperBound) &* strip.channels)
        copyPixels(
          inside.count, of: strip.channels, from: from, channels,
          to: copy + inside.lowerBound &* strip.channels, strip.channels)
        return UnsafePointer(copy + element(0, width) &* strip.channels)
      }
      width.transform.applyToSquares(
        lines, column: isReversed ? -column : column,
        to: TargetLines(start: start + tile &* channels, pitch: matrices.pitch),
        LineRuns(length: strip.channels, count: count, steps: (width.step &* channels, channels)))
      tile &+= count
    }
  }

  private struct View {
    /// The strip's first column.
    let start: UnsafePointer<Float>
    /// The floats from one column to the next.
    let column: Int
    /// The floats from one line to the next.
    let line: Int
  }

  /// The strip's columns, with places along depth and height.
  @inline(__always)
  private func read(
    _ strip: TiledVolume.Strip, of source: UnsafePointer<Float>, lines: UnsafeMutablePointer<Float>,
    slices: UnsafeMutablePointer<Float>, zeros: UnsafePointer<Float>
  ) -> View {
    let (depth, height, width) = (volume.depth, volume.height, volume.width)
    let (channels, some) = (volume.channels, strip.channels)
    let columns = (strip.tiles &- 1) &* width.step &+ width.side
    let (front, top, left) = (depth.origin(strip.depth), height.origin(strip.height), width.origin(strip.width))
    let inside = max(0, -left)..<min(columns, width.extent &- left)
    let origin = source + ((left &+ inside.lowerBound) &* channels &+ strip.first)
    @inline(__always)
    func line(_ z: Int, _ y: Int) -> UnsafePointer<Float>? {
      guard z >= 0 && y >= 0 && z < depth.extent && y < height.extent else { return nil }
      return origin + (z &* height.extent &+ y) &* width.extent &* channels
    }
    if volume.lines == 1 && inside.count == columns {
      return View(start: line(front, top) ?? zeros, column: channels, line: 0)
    }

    let pitch = columns &* some
    let view = View(start: lines, column: some, line: pitch)
    for line in 0..<volume.lines {
      let start = lines + line &* pitch
      start.update(repeating: 0, count: inside.lowerBound &* some)
      (start + inside.upperBound &* some).update(repeating: 0, count: (columns &- inside.upperBound) &* some)
    }
    // Where all channels are taken, a line's columns follow one another in memory.
    let isFlat = some == channels
    let runs =
      isFlat
      ? LineRuns(length: inside.count &* some)
      : LineRuns(length: some, count: inside.count, steps: (channels, some))
    let (lines, slices) = (lines + inside.lowerBound &* some, slices + inside.lowerBound &* some)
    if depth.places == 1 {
      height.transform.apply(
        ScatteredLines(height.side) { line(front, top &+ element($0, height)) ?? zeros },
        to: TargetLines(start: lines, pitch: pitch), runs)
      return view
    }
    let into = height.places == 1 ? lines : slices
    for j in 0..<height.side where 0..<height.extent ~= top &+ j {
      depth.transform.apply(
        ScatteredLines(depth.side) { line(front &+ element($0, depth), top &+ j) ?? zeros },
        to: TargetLines(start: into + j &* pitch, pitch: height.side &* pitch), runs)
    }
    for place in 0..<(height.places > 1 ? depth.places : 0) {
      let from = slices + place &* height.side &* pitch
      height.transform.apply(
        ScatteredLines(height.side) { j in
          let j = element(j, height)
          return 0..<height.extent ~= top &+ j ? UnsafePointer(from + j &* pitch) : zeros
        },
        to: TargetLines(start: lines + place &* height.places &* pitch, pitch: pitch),
        LineRuns(length: inside.count &* some))
    }
    return view
  }

  @inline(__always)
  private func element(_ i: Int, _ axis: TiledAxis) -> Int { isReversed ? axis.side &- 1 &- i : i }
}
