import Tensors

/// How a product is cut into tiles of up to a million multiplications, which OpenBLAS multiplies as they lie, without packing
/// them first, where it has kernels for that: on core types with AVX-512. Packing takes a sixth of the time of a product of some
/// hundred rows, and more where they are fewer.
struct ProductTiles {
  /// What has more multiplications, OpenBLAS packs.
  private static let mostMultiplications = 1_000_000
  /// The most columns of a tile: four vectors.
  private static let mostColumns = 64

  /// The core types of OpenBLAS that have such kernels. None has one for a transposed b.
  private static let hasSmallKernels = ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(OpenBLAS.coreType)

  /// The most rows of a, columns of a and columns of b that a tile has.
  private let rows, inner, columns: Int

  /// The tiles of `a · b`; nil where one call is as good.
  init?(_ a: Matrix<FloatBuffer>, _ b: Matrix<FloatBuffer>) {
    guard Self.hasSmallKernels, !b.isTransposed, a.rows * b.rows * b.columns > Self.mostMultiplications else {
      return nil
    }
    if a.isTransposed {
      // A kernel's gradient. A large one is written fastest by products of all that is added to it.
      guard a.rows * b.columns <= 65_536 else { return nil }
      inner = Self.part(of: b.rows, most: 256)
    } else {
      // For more rows of what does not stay in the L2 cache, packing is worth it.
      guard a.rows <= 256 || b.rows * b.columns <= 131_072 else { return nil }
      inner = Self.part(of: b.rows, most: 128)
    }
    columns = Self.part(of: b.columns, most: Self.mostColumns)
    rows = Self.part(of: a.rows, most: max(1, Self.mostMultiplications / (columns * inner)))
  }

  /// The tiles of products of few rows each with the same wide b, which is then read faster than it is packed; nil where that is
  /// not so.
  init?(wide b: Matrix<FloatBuffer>) {
    (rows, inner, columns) = (64, 240, Self.mostColumns)
    guard Self.hasSmallKernels, !b.isTransposed, b.columns >= columns, b.rows >= inner,
      b.rows * b.columns >= 16 * columns * inner
    else { return nil }
  }

  /// Parts of about the same size, of up to `most`.
  private static func part(of all: Int, most: Int) -> Int {
    let count = (all + most - 1) / most
    return (all + count - 1) / count
  }

  /// `target = a · b` or `target += a · b`, tile by tile.
  ///
  /// - Parameter slices: the rows that may share a tile.
  func multiply(
    _ a: Matrix<FloatBuffer>, _ b: Matrix<FloatBuffer>, into target: Matrix<MutableFloatBuffer>, _ mode: ProductMode,
    slices: [Range<Int>]
  ) {
    forEachPart(0..<b.rows, by: inner) { k in
      forEachPart(0..<b.columns, by: columns) { n in
        let factor = b.part(k, n)
        for slice in slices {
          forEachPart(slice, by: rows) { m in
            multiplyAtOnce(a.part(m, k), factor, into: target.part(m, n), k.lowerBound == 0 ? mode : .accumulate)
          }
        }
      }
    }
  }

  @inline(__always)
  private func forEachPart(_ range: Range<Int>, by count: Int, _ body: (Range<Int>) -> Void) {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: count) {
      body(start..<min(start + count, range.upperBound))
    }
  }
}
