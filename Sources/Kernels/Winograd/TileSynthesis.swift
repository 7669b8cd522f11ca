import Tensors

/// Turns matrices of transformed tiles back into a volume, by the transposed transforms: `TileAnalysis` transposed, for tiles
/// that do not overlap. What lies outside the volume is dropped.
struct TileSynthesis {
  let volume: TiledVolume

  /// The floats that both functions are lent.
  var bufferCount: Int {
    volume.lineFloats + volume.sliceFloats + volume.stripFloats
  }

  /// Where a strip is written: its first element, and the floats from one to the next along each axis.
  private struct Target {
    let start: UnsafeMutablePointer<Float>
    let column: Int
    let line: Int
    let slice: Int
  }

  /// Overwrites some tiles of one sample (…, channels), of which the first has row `row` in the matrices.
  @inline(never)
  func transform(
    _ tiles: Range<Int>, from matrices: WinogradMatrices, row: Int, to sample: MutableFloatBuffer,
    _ finish: LineFinish = .none, buffer: StripBuffer
  ) {
    let channels = volume.channels
    precondition(sample.count == volume.count && buffer.floats.count >= bufferCount)
    guard let target = sample.baseAddress else { return }
    let line = volume.width.extent &* channels
    let slice = volume.height.extent &* line
    volume.forEachStrip(tiles) { strip in
      let (z, y) = (strip.depth &* volume.depth.step, strip.height &* volume.height.step)
      let start = target + (z &* slice &+ y &* line &+ strip.width &* volume.width.step &* channels &+ strip.first)
      write(
        strip, from: matrices, row: row, to: Target(start: start, column: channels, line: line, slice: slice),
        LineFinish(bias: finish.bias.map { $0 + strip.first }, rectifies: finish.rectifies), buffer)
    }
  }

  /// Adds a volume of one tile to `sum`.
  @inline(never)
  func add(_ matrices: WinogradMatrices, to sum: MutableFloatBuffer, buffer: StripBuffer) {
    precondition(sum.count == volume.count && volume.tiles == 1 && buffer.floats.count >= bufferCount)
    guard let target = sum.baseAddress, let lent = buffer.floats.baseAddress else { return }
    let tile = lent + volume.lineFloats + volume.sliceFloats
    let elements = volume.depth.extent * volume.height.extent * volume.width.extent
    volume.forEachStrip(0..<1) { strip in
      let line = volume.width.extent &* strip.channels
      write(
        strip, from: matrices, row: 0,
        to: Target(start: tile, column: strip.channels, line: line, slice: volume.height.extent &* line), .none, buffer)
      for element in 0..<elements {
        let (from, to) = (tile + element &* strip.channels, target + (element &* volume.channels &+ strip.first))
        for i in 0..<strip.channels { to[i] += from[i] }
      }
    }
  }

  @inline(__always)
  private func write(
    _ strip: TiledVolume.Strip, from matrices: WinogradMatrices, row: Int, to target: Target, _ finish: LineFinish,
    _ buffer: StripBuffer
  ) {
    precondition(
      matrices.fits(volume.places, (row + strip.row + strip.tiles) * volume.channels)
        && volume.channels >= Vector.scalarCount)
    let (depth, height, width) = (volume.depth, volume.height, volume.width)
    let (channels, some) = (volume.channels, strip.channels)
    guard let lines = buffer.floats.baseAddress else { return }
    let source = UnsafePointer(matrices.start) + ((row &+ strip.row) &* channels &+ strip.first)
    let left = strip.width &* width.step
    let columns = min(strip.tiles &* width.side, width.extent &- left)

    /// Some tiles from the first on; or, where the volume has depth or height, all of them on every line.
    @inline(__always)
    func widthPass(
      from first: Int, _ tiles: Int, lines: Int, to start: UnsafeMutablePointer<Float>, column: Int, line: Int,
      count: Int, _ finish: LineFinish
    ) {
      let from = source + first &* channels
      width.transform.applyTransposed(
        EvenLines(start: from, pitch: matrices.pitch),
        to: TargetLines(start: start + first &* width.side &* column, pitch: column), count: count,
        LineRuns(
          length: some, count: tiles, steps: (channels, width.side &* column), repeats: lines,
          jumps: (width.places &* matrices.pitch, line)), finish)
    }
    if volume.lines == 1 {
      // the tiles that lie inside, and the last one that may not
      let whole = columns / width.side
      widthPass(
        from: 0, whole, lines: 1, to: target.start, column: target.column, line: 0, count: width.side, finish)
      if whole < strip.tiles {
        widthPass(
          from: whole, 1, lines: 1, to: target.start, column: target.column, line: 0,
          count: columns &- whole &* width.side, finish)
      }
      return
    }
    let rows = min(height.side, height.extent &- strip.height &* height.step)
    if volume.isSquare && depth.places == 1 {
      // the tiles that lie inside, and the others by way of a copy
      let whole = rows == height.side ? columns / width.side : 0
      let places = EvenLines(start: source, pitch: matrices.pitch)
      width.transform.applyTransposedToSquares(
        places, to: TargetLines(start: target.start, pitch: target.column), line: target.line,
        LineRuns(length: some, count: whole, steps: (channels, width.side &* target.column)), finish)
      for tile in whole..<strip.tiles {
        width.transform.applyTransposedToSquares(
          EvenLines(start: source + tile &* channels, pitch: matrices.pitch),
          to: TargetLines(start: lines, pitch: some), line: width.side &* some, LineRuns(length: some), finish)
        let left = tile &* width.side
        for y in 0..<rows {
          copyPixels(
            min(width.side, columns &- left), of: some, from: lines + y &* width.side &* some, some,
            to: target.start + (y &* target.line &+ left &* target.column), target.column)
        }
      }
      return
    }
    let pitch = strip.tiles &* width.side &* some
    widthPass(
      from: 0, strip.tiles, lines: volume.lines, to: lines, column: some, line: pitch, count: width.side, .none)
    // Where nothing is said of single channels, a line's columns are one run.
    let isFlat = some == target.column && finish.bias == nil
    let runs =
      isFlat
      ? LineRuns(length: columns &* some) : LineRuns(length: some, count: columns, steps: (some, target.column))
    if depth.places == 1 {
      height.transform.applyTransposed(
        EvenLines(start: lines, pitch: pitch),
        to: TargetLines(start: target.start, pitch: target.line), count: rows, runs, finish)
      return
    }
    let slices = height.places == 1 ? lines : lines + volume.lineFloats
    if height.places > 1 {
      height.transform.applyTransposed(
        EvenLines(start: lines, pitch: pitch),
        to: TargetLines(start: slices, pitch: pitch), count: rows,
        LineRuns(
          length: columns &* some, repeats: depth.places,
          jumps: (height.places &* pitch, height.side &* pitch)))
    }
    let planes = min(depth.side, depth.extent &- strip.depth &* depth.step)
    for y in 0..<rows {
      depth.transform.applyTransposed(
        EvenLines(start: slices + y &* pitch, pitch: height.side &* pitch),
        to: TargetLines(start: target.start + y &* target.line, pitch: target.slice), count: planes, runs, finish)
    }
  }
}
