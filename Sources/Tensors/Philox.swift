/// The counter-based generator Philox 4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3" (SC 2011).
///
/// A block of four words is a pure function of a 128-bit counter and a 64-bit key. There is no stream and no state, so a
/// draw never depends on who drew before: that is what makes dropout the same on any number of ranks.
public enum Philox {
  static let multipliers: (UInt32, UInt32) = (0xD251_1F53, 0xCD9E_8D57)
  static let weyl: (UInt32, UInt32) = (0x9E37_79B9, 0xBB67_AE85)
  static let rounds = 10

  /// Four random words for a counter and a key.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    let lanes = lanes(
      SIMD16(repeating: counter.x), SIMD16(repeating: counter.y), SIMD16(repeating: counter.z),
      SIMD16(repeating: counter.w), key: key)
    return SIMD4(lanes.0[0], lanes.1[0], lanes.2[0], lanes.3[0])
  }

  /// Sixteen blocks at once: lane i of the four arguments is the i-th counter, lane i of the results its four words.
  ///
  /// Vectors of 16 keep the multipliers of both AVX2 and AVX-512 busy; the result is the same on every machine.
  public static func lanes(
    _ counter0: SIMD16<UInt32>, _ counter1: SIMD16<UInt32>, _ counter2: SIMD16<UInt32>, _ counter3: SIMD16<UInt32>,
    key: SIMD2<UInt32>
  ) -> (SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>) {
    var (x0, x1, x2, x3) = (counter0, counter1, counter2, counter3)
    var (key0, key1) = (key.x, key.y)
    for _ in 0..<rounds {
      let product0 = wideProduct(x0, multipliers.0)
      let product1 = wideProduct(x2, multipliers.1)
      (x0, x1, x2, x3) = (
        product1.high ^ x1 ^ SIMD16(repeating: key0), product1.low,
        product0.high ^ x3 ^ SIMD16(repeating: key1), product0.low
      )
      key0 &+= weyl.0
      key1 &+= weyl.1
    }
    return (x0, x1, x2, x3)
  }

  /// Both halves of the 64-bit product of each lane with one factor.
  ///
  /// The lanes are multiplied where they lie, even and odd ones apart, because a 64-bit vector multiplication (AVX2's
  /// `vpmuludq`) reads only the lower half of each pair: widening all lanes first costs three times as long.
  @inline(__always)
  private static func wideProduct(
    _ lanes: SIMD16<UInt32>, _ factor: UInt32
  ) -> (high: SIMD16<UInt32>, low: SIMD16<UInt32>) {
    let lower = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
    let pairs = unsafeBitCast(lanes, to: SIMD8<UInt64>.self)
    let even = (pairs & lower) &* SIMD8(repeating: UInt64(factor))
    let odd = (pairs &>> 32) &* SIMD8(repeating: UInt64(factor))
    return (
      high: unsafeBitCast(even &>> 32 | odd & ~lower, to: SIMD16<UInt32>.self),
      low: unsafeBitCast(even & lower | odd &<< 32, to: SIMD16<UInt32>.self)
    )
  }
}
