import Tensors

/// Turns matrices of transformed tiles back into a volume, by the transposed transforms: `TileAnalysis` transposed, for tiles
/// that do not overlap. What lies outside the volume is dropped.
struct TileSynthesis {
  let volume: TiledVolume

  /// The floats that both functions are lent.
  var bufferCount: Int { volume.lineFloats + volume.sliceFloats + volume.zeroFloats * volume.depth.side * volume.height.side }

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
    _ finish: LineFinish = .none, buffer: MutableFloatBuffer
  ) {
    let channels = volume.channels
    precondition(sample.count == volume.count && buffer.count >= bufferCount)
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
  func add(_ matrices: WinogradMatrices, to sum: MutableFloatBuffer, buffer: MutableFloatBuffer) {
    precondition(sum.count == volume.count && volume.tiles == 1 && buffer.count >= bufferCount)
    guard let target = sum.baseAddress, let lent = buffer.baseAddress else { return }
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
    _ buffer: MutableFloatBuffer
  ) {
    precondition(
      matrices.fits(volume.places, (row + strip.row + strip.tiles) * volume.channels)
        && volume.channels >= LineVector.scalarCount)
    let (depth, height, width) = (volume.depth, volume.height, volume.width)
    let (channels, some) = (volume.channels, strip.channels)
    guard let lines = buffer.baseAddress else { return }
    let source = UnsafePointer(matrices.start) + ((row &+ strip.row) &* channels &+ strip.first)
    let left = strip.width &* width.step
    let columns = min(strip.tiles &* width.side, width.extent &- left)

    @inline(__always)
    func widthPass(
      _ line: Int, _ tile: Int, _ tiles: Int, to start: UnsafeMutablePointer<Float>, column: Int, count: Int,
      _ finish: LineFinish
    ) {
      let from = source + (line &* width.places &* matrices.pitch &+ tile &* channels)
      width.transform.applyTransposed(
        SourceLines(width.places) { (from + $0 &* matrices.pitch, channels) },
        to: TargetLines(start: start + tile &* width.side &* column, pitch: column, step: width.side &* column),
        count: count, runs: tiles, length: some, finish)
    }
    if volume.lines == 1 {
      // the tiles that lie inside, and the last one that may not
      let whole = columns / width.side
      widthPass(0, 0, whole, to: target.start, column: target.column, count: width.side, finish)
      if whole < strip.tiles {
        widthPass(
          0, whole, 1, to: target.start, column: target.column, count: columns &- whole &* width.side, finish)
      }
      return
    }
    let pitch = strip.tiles &* width.side &* some
    for line in 0..<volume.lines {
      widthPass(line, 0, strip.tiles, to: lines + line &* pitch, column: some, count: width.side, .none)
    }
    let rows = min(height.side, height.extent &- strip.height &* height.step)
    if depth.places == 1 {
      height.transform.applyTransposed(
        SourceLines(height.places) { (UnsafePointer(lines + $0 &* pitch), some) },
        to: TargetLines(start: target.start, pitch: target.line, step: target.column), count: rows, runs: columns,
        length: some, finish)
      return
    }
    let slices = height.places == 1 ? lines : lines + volume.lineFloats
    if height.places > 1 {
      for place in 0..<depth.places {
        let from = lines + place &* height.places &* pitch
        height.transform.applyTransposed(
          SourceLines(height.places) { (UnsafePointer(from + $0 &* pitch), some) },
          to: TargetLines(start: slices + place &* height.side &* pitch, pitch: pitch, step: some), count: rows, runs: 1,
          length: columns &* some)
      }
    }
    let planes = min(depth.side, depth.extent &- strip.depth &* depth.step)
    for y in 0..<rows {
      depth.transform.applyTransposed(
        SourceLines(depth.places) { (UnsafePointer(slices + ($0 &* height.side &+ y) &* pitch), some) },
        to: TargetLines(start: target.start + y &* target.line, pitch: target.slice, step: target.column),
        count: planes, runs: columns, length: some, finish)
    }
  }
}
