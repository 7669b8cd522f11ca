import Tensors

/// A plane (rows, columns, channels) of which squares of pixels are read or written that may reach beyond it: these go by way
/// of a copy.
struct WinogradPlane {
  let rows: Int
  let columns: Int
  let channels: Int

  /// A square of pixels in memory: where it starts, and the floats from one of its lines to the next.
  struct Square<Pointer> {
    let start: Pointer
    let line: Int
  }

  /// The `side` × `side` pixels from (`top`, `left`) on: in the sample itself, or as a copy in `edge`, with zeros where they
  /// lie outside.
  @inline(__always)
  func read(
    _ side: Int, _ top: Int, _ left: Int, of sample: UnsafePointer<Float>, edge: UnsafeMutablePointer<Float>
  ) -> Square<UnsafePointer<Float>> {
    if contains(side, top, left) {
      return Square(start: sample + (top &* columns &+ left) &* channels, line: columns &* channels)
    }
    copy(side, top, left, of: sample, to: edge)
    return Square(start: UnsafePointer(edge), line: side &* channels)
  }

  /// Where the `side` × `side` pixels from (`top`, `left`) on are to be written: in the sample itself, or in `edge`, from
  /// which `finish` takes them.
  @inline(__always)
  func write(
    _ side: Int, _ top: Int, _ left: Int, of sample: UnsafeMutablePointer<Float>, edge: UnsafeMutablePointer<Float>
  ) -> Square<UnsafeMutablePointer<Float>> {
    contains(side, top, left)
      ? Square(start: sample + (top &* columns &+ left) &* channels, line: columns &* channels)
      : Square(start: edge, line: side &* channels)
  }

  /// Copies what lies inside from `edge` to the sample where `write` gave the former.
  @inline(__always)
  func finish(
    _ side: Int, _ top: Int, _ left: Int, of sample: UnsafeMutablePointer<Float>, edge: UnsafePointer<Float>
  ) {
    guard !contains(side, top, left) else { return }
    let (lines, pixels) = (inside(side, top, rows), inside(side, left, columns))
    for y in lines {
      (sample + ((top + y) * columns + left + pixels.lowerBound) * channels)
        .update(from: edge + (y * side + pixels.lowerBound) * channels, count: pixels.count * channels)
    }
  }

  @inline(never)
  private func copy(
    _ side: Int, _ top: Int, _ left: Int, of sample: UnsafePointer<Float>, to edge: UnsafeMutablePointer<Float>
  ) {
    let (lines, pixels) = (inside(side, top, rows), inside(side, left, columns))
    edge.update(repeating: 0, count: side * side * channels)
    for y in lines {
      (edge + (y * side + pixels.lowerBound) * channels)
        .update(
          from: sample + ((top + y) * columns + left + pixels.lowerBound) * channels, count: pixels.count * channels)
    }
  }

  @inline(__always)
  private func contains(_ side: Int, _ top: Int, _ left: Int) -> Bool {
    top >= 0 && left >= 0 && top &+ side <= rows && left &+ side <= columns
  }

  /// Which of `side` indices from `first` on lie in 0..<count. At least one does: no tile lies outside altogether.
  private func inside(_ side: Int, _ first: Int, _ count: Int) -> Range<Int> {
    max(0, -first)..<min(side, count - first)
  }
}
