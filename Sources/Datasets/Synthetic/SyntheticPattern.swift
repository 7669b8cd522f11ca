/// What the embedded data set draws: five figures on a ground and five textures. The raw value is the label.
enum SyntheticPattern: Int, CaseIterable, Sendable {
  case disc, ring, square, triangle, cross
  case horizontalStripes, verticalStripes, diagonalStripes, checkerboard, dots

  /// The class name.
  var name: String {
    switch self {
    case .disc: "disc"
    case .ring: "ring"
    case .square: "square"
    case .triangle: "triangle"
    case .cross: "cross"
    case .horizontalStripes: "horizontal stripes"
    case .verticalStripes: "vertical stripes"
    case .diagonalStripes: "diagonal stripes"
    case .checkerboard: "checkerboard"
    case .dots: "dots"
    }
  }

  /// Whether it fills the image and repeats every `2 * extent` pixels, rather than lying within `extent` of a centre.
  var isTexture: Bool { rawValue >= Self.horizontalStripes.rawValue }

  /// Whether the pixel `x` to the right of and `y` below the origin has the figure's colour. The origin is a figure's
  /// centre, `extent` its radius or half its side; for a texture `x` and `y` are not negative, and `extent` is the width
  /// of one band.
  func covers(x: Int32, y: Int32, extent: Int32) -> Bool {
    let squaredDistance = x * x + y * y
    switch self {
    case .disc:
      return squaredDistance <= extent * extent
    case .ring:
      return squaredDistance <= extent * extent && squaredDistance >= (extent - 4) * (extent - 4)
    case .square:
      return max(abs(x), abs(y)) < extent
    case .triangle:
      return abs(y) <= extent && 2 * abs(x) <= y + extent
    case .cross:
      return max(abs(x), abs(y)) <= extent && min(abs(x), abs(y)) <= 2
    case .horizontalStripes:
      return y / extent % 2 == 0
    case .verticalStripes:
      return x / extent % 2 == 0
    case .diagonalStripes:
      return (x + y) / extent % 2 == 0
    case .checkerboard:
      return x / extent % 2 != y / extent % 2
    case .dots:
      let (u, v) = (x % (2 * extent) - extent, y % (2 * extent) - extent)
      return u * u + v * v <= extent
    }
  }
}
