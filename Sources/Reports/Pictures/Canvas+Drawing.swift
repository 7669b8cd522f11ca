import Graphics

extension Canvas {
  /// Draws a picture with its first pixel at (`y`, `x`), each of its pixels `scale` pixels high and wide.
  func draw(_ picture: Raster, y: Int, x: Int, scale: Int) {
    for row in 0..<picture.height {
      for column in 0..<picture.width {
        fill(
          y: y + row * scale, x: x + column * scale, height: scale, width: scale, colour: picture.colour(row, column))
      }
    }
  }

  /// Draws a curve with its first column at `x` and its first row at `y`.
  func draw(_ curve: Curve, y: Int, x: Int, colour: Int) {
    for (column, covered) in curve.columns.enumerated() {
      guard let covered else { continue }
      fill(y: y + covered.lowerBound, x: x + column, height: covered.count, width: 1, colour: colour)
    }
  }
}
