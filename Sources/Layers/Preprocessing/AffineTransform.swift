import Tensors

/// Where each pixel of an image comes from: pixel (x, y) from (a₀·x + a₁·y + a₂, b₀·x + b₁·y + b₂), as TensorFlow's
/// `ImageProjectiveTransformV3` has it, from which Keras makes its random layers.
struct AffineTransform {
  let a: (Float, Float, Float)
  let b: (Float, Float, Float)

  /// What lies outside of an image.
  enum Fill: String, Hashable, Sendable, CaseIterable {
    /// A constant.
    case constant
    /// The image mirrored: dcba|abcd|dcba.
    case reflect
    /// The image again: abcd|abcd|abcd.
    case wrap
    /// The pixel of the border: aaaa|abcd|dddd.
    case nearest
  }

  /// Every pixel of an image (height, width): the pixels that it is made of and their weights; what is left to 1 is the
  /// constant outside.
  func forEachPixel(
    height: Int, width: Int, fill: Fill, interpolation: Interpolation,
    _ body: (_ pixel: Int, _ sources: [(pixel: Int, weight: Float)]) -> Void
  ) {
    var sources: [(pixel: Int, weight: Float)] = []
    sources.reserveCapacity(4)
    func add(_ row: Float, _ column: Float, _ weight: Float) {
      guard row >= 0, row < Float(height), column >= 0, column < Float(width) else { return }
      sources.append((Int(row) * width + Int(column), weight))
    }
    for y in 0..<height {
      for x in 0..<width {
        sources.removeAll(keepingCapacity: true)
        let column = Self.mapped(a.0 * Float(x) + a.1 * Float(y) + a.2, width, fill)
        let row = Self.mapped(b.0 * Float(x) + b.1 * Float(y) + b.2, height, fill)
        switch interpolation {
        case .nearest:
          add(row.rounded(.toNearestOrAwayFromZero), column.rounded(.toNearestOrAwayFromZero), 1)
        case .bilinear:
          let (top, left) = (row.rounded(.down), column.rounded(.down))
          let (down, right) = (row - top, column - left)
          add(top, left, (1 - down) * (1 - right))
          add(top, left + 1, (1 - down) * right)
          add(top + 1, left, down * (1 - right))
          add(top + 1, left + 1, down * right)
        }
        body(y * width + x, sources)
      }
    }
  }

  /// A place outside of `0 … length - 1` brought inside.
  private static func mapped(_ place: Float, _ length: Int, _ fill: Fill) -> Float {
    let (size, last) = (Float(length), Float(length - 1))
    guard place < 0 || place > last else { return place }
    var inside = place
    switch fill {
    case .constant: return place
    case .nearest: break
    case _ where length <= 1: inside = 0
    case .reflect:
      if place < 0 {
        if place < 2 * size { inside = 2 * size * (-place / (2 * size)).rounded(.towardZero) + place }
        inside = inside < -size ? inside + 2 * size : -inside - 1
      } else {
        inside -= 2 * size * (place / (2 * size)).rounded(.towardZero)
        if inside >= size { inside = 2 * size - inside - 1 }
      }
    case .wrap:
      if place < 0 {
        inside += size * ((-place / last).rounded(.towardZero) + 1)
      } else {
        inside -= size * (place / last).rounded(.towardZero)
      }
    }
    return min(max(inside, 0), last)
  }
}
