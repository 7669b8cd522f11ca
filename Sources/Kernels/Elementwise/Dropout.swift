import Tensors

/// Inverted dropout: an element is zeroed with probability `rate`, the others are divided by `1 - rate` (Srivastava et al.,
/// "Dropout", 2014).
///
/// Which elements go is a function of the sample's key and the element's place alone, drawn from Philox; backward draws
/// the same mask again instead of keeping it, which costs less than its memory traffic. Each element takes 16 random bits:
/// the rate is rounded to a multiple of 2^-16 and the scale is that of the rounded rate, so the expectation is exact.
public struct DropoutMask: Sendable {
  private let threshold: UInt32
  private let scale: Float

  /// Drops with probability `rate`, 0 ≤ rate < 1.
  public init(rate: Float) {
    precondition(0 <= rate && rate < 1, "a dropout rate lies in 0 ..< 1")
    threshold = min(UInt32((rate * 65_536).rounded()), 65_535)
    scale = 65_536 / Float(65_536 - threshold)
  }

  /// `y = x · mask`, for forward; with the gradients in the place of the values, for backward.
  ///
  /// - Parameters:
  ///   - x: the elements of one sample.
  ///   - y: as many, overwritten; may be `x` itself.
  ///   - key: the sample's key.
  public func apply(_ x: FloatBuffer, into y: MutableFloatBuffer, key: RandomKey) {
    precondition(x.count == y.count, "as many outputs as inputs")
    let whole = x.count / Self.group * Self.group
    applyGroups(x.part(0..<whole), into: y.part(0..<whole), key: key, first: 0)
    guard whole < x.count else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.group) { rest in
      rest.initialize(repeating: 0)
      _ = rest.update(fromContentsOf: x[whole...])
      applyGroups(rest.reading, into: rest, key: key, first: UInt32(whole / Self.group * 16))
      _ = y.part(whole..<y.count).update(fromContentsOf: rest[..<(x.count - whole)])
    }
  }

  /// `dx = dy · mask` where y > 0, else 0: the gradient of a dropout behind a ReLU, together with the ReLU's. The mask need not
  /// be drawn, because y shows what was kept.
  ///
  /// - Parameters:
  ///   - y: what forward gave for x ≥ 0.
  ///   - dy: as many.
  ///   - dx: as many, overwritten.
  public func rectifiedGradient(y: FloatBuffer, dy: FloatBuffer, dx: MutableFloatBuffer) {
    precondition(y.count == dy.count && y.count == dx.count, "as many gradients as outputs")
    for i in 0..<y.count { dx[i] = y[i] > 0 ? dy[i] * scale : 0 }
  }

  /// Whole groups, the first of which takes its bits from block `first` on.
  private func applyGroups(_ x: FloatBuffer, into y: MutableFloatBuffer, key: RandomKey, first: UInt32) {
    guard let source = UnsafeRawPointer(x.baseAddress), let target = UnsafeMutableRawPointer(y.baseAddress) else {
      return
    }
    for group in 0..<x.count / Self.group {
      let words = key.lanes(first + UInt32(group) * 16)
      let offset = group * Self.group * MemoryLayout<Float>.stride
      keep(words.0, source + offset, target + offset)
      keep(words.1, source + offset + 128, target + offset + 128)
      keep(words.2, source + offset + 256, target + offset + 256)
      keep(words.3, source + offset + 384, target + offset + 384)
    }
  }

  /// Elements per sixteen Philox blocks.
  private static let group = 128

  /// 32 elements: the low halves of `word` decide on the first 16, the high halves on the others.
  @inline(__always)
  private func keep(_ word: SIMD16<UInt32>, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
    let limit = SIMD16(repeating: threshold)
    let low = source.loadUnaligned(as: SIMD16<Float>.self) * scale
    let high = (source + 64).loadUnaligned(as: SIMD16<Float>.self) * scale
    let zero = SIMD16<Float>()
    target.storeBytes(of: low.replacing(with: zero, where: (word & 0xFFFF) .< limit), as: SIMD16<Float>.self)
    (target + 64).storeBytes(of: high.replacing(with: zero, where: (word &>> 16) .< limit), as: SIMD16<Float>.self)
  }
}
