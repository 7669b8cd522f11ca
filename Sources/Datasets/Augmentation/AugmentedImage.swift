import Tensors

/// One image that is changed where it lies: (height, width, channels) floats.
struct AugmentedImage {
  private let height: Int
  private let width: Int
  private let channels: Int
  private let pixels: MutableFloatBuffer
  /// The floats of one row.
  private var rowCount: Int { width * channels }

  init(_ pixels: MutableFloatBuffer, shape: Shape) {
    precondition(shape.rank == 3 && shape.count == pixels.count, "\(pixels.count) floats are no image of \(shape)")
    (height, width, channels) = (shape[0], shape[1], shape[2])
    self.pixels = pixels
  }

  /// new[y][x] = old[y + rows][x + columns], and what `border` says where the old image has no such pixel. A border that is
  /// reflected reaches less far than the image.
  func shift(rows: Int, columns: Int, border: CropBorder) {
    switch border {
    case .zero: shift(rows: rows, columns: columns)
    case .reflect:
      PixelLine(pixels, size: rowCount).reflect(by: rows)
      forEachRow { $0.reflect(by: columns) }
    }
  }

  private func shift(rows: Int, columns: Int) {
    guard rows != 0 || columns != 0, let base = pixels.baseAddress else { return }
    let kept = max(0, width - abs(columns)) * channels
    let (from, to) = (min(max(0, columns), width) * channels, min(max(0, -columns), width) * channels)
    for step in 0..<height {
      // Rows are taken from the side towards which they move, so that none is overwritten before it is read.
      let row = rows >= 0 ? step : height - 1 - step
      let (target, source) = (base + row * rowCount, base + (row + rows) * rowCount)
      guard 0..<height ~= row + rows else {
        target.update(repeating: 0, count: rowCount)
        continue
      }
      (target + to).update(from: source + from, count: kept)  // may overlap
      target.update(repeating: 0, count: to)
      (target + to + kept).update(repeating: 0, count: rowCount - to - kept)
    }
  }

  /// new[y][x] = old[y][width - 1 - x].
  func flip() { forEachRow { $0.reverse() } }

  private func forEachRow(_ body: (PixelLine) -> Void) {
    for row in 0..<height { body(PixelLine(pixels.part(row * rowCount..<(row + 1) * rowCount), size: channels)) }
  }

  /// Sets a square to zero whose upper left corner lies half its `side`, rounded down, above and to the left of the centre;
  /// what lies beyond the border is left out.
  func cut(centre: (row: Int, column: Int), side: Int) {
    let (top, left) = (centre.row - side / 2, centre.column - side / 2)
    let columns = max(0, left)..<min(width, left + side)
    for row in max(0, top)..<min(height, top + side) {
      pixels[row * rowCount + columns.lowerBound * channels..<row * rowCount + columns.upperBound * channels]
        .update(repeating: 0)
    }
  }
}
