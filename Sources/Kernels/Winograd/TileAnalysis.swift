import Tensors

/// Transforms the tiles of a volume: matrix p (tiles, channels) holds place p of each. Outside the volume there are zeros.
struct TileAnalysis {
  let volume: TiledVolume
  /// Whether a tile's elements are taken in reverse order, along every axis.
  var isReversed = false

  /// The floats that `transform` is lent.
  var bufferCount: Int { volume.lineFloats + volume.sliceFloats + volume.zeroFloats }

  /// Transforms some tiles of one sample (…, channels), of which the first has row `row` in the matrices.
  @inline(never)
  func transform(
    _ tiles: Range<Int>, of sample: FloatBuffer, into matrices: WinogradMatrices, row: Int, buffer: MutableFloatBuffer
  ) {
    let channels = volume.channels
    precondition(
      sample.count == volume.count && matrices.fits(volume.places, (row + tiles.count) * channels)
        && channels >= LineVector.scalarCount && buffer.count >= bufferCount)
    guard let source = sample.baseAddress, let lines = buffer.baseAddress else { return }
    let slices = lines + volume.lineFloats
    let zeros = slices + volume.sliceFloats
    zeros.update(repeating: 0, count: volume.zeroFloats)
    let width = volume.width
    volume.forEachStrip(tiles) { strip in
      let view = read(strip, of: source, lines: lines, slices: slices, zeros: zeros)
      let start = matrices.start + ((row &+ strip.row) &* channels &+ strip.first)
      for line in 0..<volume.lines {
        let from = view.start + line &* view.line
        width.transform.apply(
          SourceLines(width.side) { (from + element($0, width) &* view.column, width.step &* view.column) },
          to: TargetLines(
            start: start + line &* width.places &* matrices.pitch, pitch: matrices.pitch, step: channels),
          runs: strip.tiles, length: strip.channels)
      }
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
    func line(_ z: Int, _ y: Int) -> (UnsafePointer<Float>, Int)? {
      guard z >= 0 && y >= 0 && z < depth.extent && y < height.extent else { return nil }
      return (origin + (z &* height.extent &+ y) &* width.extent &* channels, channels)
    }
    if volume.lines == 1 && inside.count == columns { return View(start: line(front, top)?.0 ?? zeros, column: channels, line: 0) }

    let pitch = columns &* some
    for line in 0..<volume.lines {
      let start = lines + line &* pitch
      start.update(repeating: 0, count: inside.lowerBound &* some)
      (start + inside.upperBound &* some).update(repeating: 0, count: (columns &- inside.upperBound) &* some)
    }
    // Where all channels are taken, a line's columns follow one another in memory.
    let isFlat = some == channels
    let (runs, length) = isFlat ? (1, inside.count &* some) : (inside.count, some)
    @inline(__always)
    func target(_ start: UnsafeMutablePointer<Float>, _ lines: Int) -> TargetLines {
      TargetLines(start: start + inside.lowerBound &* some, pitch: lines &* pitch, step: some)
    }
    let outside = (start: zeros, step: 0)
    if depth.places == 1 {
      height.transform.apply(
        SourceLines(height.side) { line(front, top &+ element($0, height)) ?? outside },
        to: target(lines, 1), runs: runs, length: length)
      return View(start: lines, column: some, line: pitch)
    }
    let into = height.places == 1 ? lines : slices
    for j in 0..<height.side where 0..<height.extent ~= top &+ j {
      depth.transform.apply(
        SourceLines(depth.side) { line(front &+ element($0, depth), top &+ j) ?? outside },
        to: target(into + j &* pitch, height.side), runs: runs, length: length)
    }
    if height.places > 1 {
      for place in 0..<depth.places {
        let from = slices + (place &* height.side &* pitch &+ inside.lowerBound &* some)
        height.transform.apply(
          SourceLines(height.side) { j in
            let j = element(j, height)
            return 0..<height.extent ~= top &+ j ? (UnsafePointer(from + j &* pitch), some) : outside
          },
          to: target(lines + place &* height.places &* pitch, 1), runs: 1, length: inside.count &* some)
      }
    }
    return View(start: lines, column: some, line: pitch)
  }

  @inline(__always)
  private func element(_ i: Int, _ axis: TiledAxis) -> Int { isReversed ? axis.side &- 1 &- i : i }
}
