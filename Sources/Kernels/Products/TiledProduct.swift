import Tensors

/// A product cut into tiles of up to a million multiplications, which OpenBLAS multiplies as they lie, without packing them
/// first, where it has kernels for that: on core types with AVX-512. A wide `b` that meets few rows is then read faster than it
/// is packed.
///
/// A tile is cut from one slice's rows alone, so their bits do not depend on the slices beside it.
enum TiledProduct {
  private static let (rows, columns, inner) = (64, 64, 240)

  /// The core types of OpenBLAS that have such kernels.
  private static let hasSmallKernels = ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(OpenBLAS.coreType)

  /// Whether a product with `b` gains by tiles: a matter of its shape, on one core type.
  static func suits(_ b: Matrix<FloatBuffer>) -> Bool {
    hasSmallKernels && !b.isTransposed && b.columns >= columns && b.rows >= inner
      && b.rows * b.columns >= 16 * columns * inner
  }

  /// `target = a · b`.
  ///
  /// - Parameter slices: the rows of each slice.
  static func multiply(
    _ a: Matrix<FloatBuffer>, _ b: Matrix<FloatBuffer>, into target: Matrix<MutableFloatBuffer>, slices: [Range<Int>]
  ) {
    forEachPart(0..<b.rows, by: inner) { k in
      forEachPart(0..<b.columns, by: columns) { n in
        let factor = b.part(k, n)
        for slice in slices {
          forEachPart(slice, by: rows) { m in
            Kernels.multiply(a.part(m, k), factor, into: target.part(m, n), k.lowerBound == 0 ? .replace : .accumulate)
          }
        }
      }
    }
  }

  @inline(__always)
  private static func forEachPart(_ range: Range<Int>, by count: Int, _ body: (Range<Int>) -> Void) {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: count) {
      body(start..<min(start + count, range.upperBound))
    }
  }
}
