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
    let lanes = lanes(from: counter, key: key)
    return SIMD4(lanes.0[0], lanes.1[0], lanes.2[0], lanes.3[0])
  }

  /// Sixteen blocks at once, those of `counter` and of the next 15 values of its first word: lane i of the results is the
  /// i-th block's four words.
  public static func lanes(
    from counter: SIMD4<UInt32>, key: SIMD2<UInt32>
  ) -> (SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>) {
    let others = (
      SIMD8<UInt64>(repeating: UInt64(counter.y)), SIMD8<UInt64>(repeating: UInt64(counter.z)),
      SIMD8<UInt64>(repeating: UInt64(counter.w))
    )
    let first = SIMD8<UInt64>(0, 2, 4, 6, 8, 10, 12, 14) &+ SIMD8(repeating: UInt64(counter.x))
    let even = rounds((first, others.0, others.1, others.2), key)
    let odd = rounds((first &+ 1, others.0, others.1, others.2), key)
    return (joined(even.0, odd.0), joined(even.1, odd.1), joined(even.2, odd.2), joined(even.3, odd.3))
  }

  /// Four words of eight blocks, each in the lower half of a lane; what stands above means nothing.
  private typealias Words = (SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>)

  /// All rounds of eight blocks.
  ///
  /// A 64-bit vector multiplication (AVX2's `vpmuludq`) reads only the lower half of each lane. So nothing needs to be cleared
  /// or brought together between the rounds.
  @inline(__always)
  private static func rounds(_ words: Words, _ key: SIMD2<UInt32>) -> Words {
    let lower = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
    let (factor0, factor1) = (UInt64(multipliers.0), UInt64(multipliers.1))
    var (x0, x1, x2, x3) = words
    var (key0, key1) = (key.x, key.y)
    for _ in 0..<rounds {
      let product0 = (x0 & lower) &* SIMD8(repeating: factor0)
      let product1 = (x2 & lower) &* SIMD8(repeating: factor1)
      (x0, x1, x2, x3) = (
        product1 &>> 32 ^ (x1 ^ SIMD8(repeating: UInt64(key0))), product1,
        product0 &>> 32 ^ (x3 ^ SIMD8(repeating: UInt64(key1))), product0
      )
      key0 &+= weyl.0
      key1 &+= weyl.1
    }
    return (x0, x1, x2, x3)
  }

  /// Sixteen words from the lower halves of lanes, in turn.
  @inline(__always)
  private static func joined(_ even: SIMD8<UInt64>, _ odd: SIMD8<UInt64>) -> SIMD16<UInt32> {
    unsafeBitCast(even & SIMD8(repeating: 0xFFFF_FFFF) | odd &<< 32, to: SIMD16<UInt32>.self)
  }
}
