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
    // Four blocks a register of AVX2, two registers at a time: their state, keys and factors fit into the sixteen.
    func blocks(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> Blocks { Blocks(counter, SIMD4(a, b, c, d)) }
    let (even0, even1) = blocks(0, 2, 4, 6).rounds(with: blocks(8, 10, 12, 14), key)
    let (odd0, odd1) = blocks(1, 3, 5, 7).rounds(with: blocks(9, 11, 13, 15), key)
    return (
      joined(even0.x0, even1.x0, odd0.x0, odd1.x0), joined(even0.x1, even1.x1, odd0.x1, odd1.x1),
      joined(even0.x2, even1.x2, odd0.x2, odd1.x2), joined(even0.x3, even1.x3, odd0.x3, odd1.x3)
    )
  }

  /// The four words of four blocks, each in the lower half of a lane; what stands above means nothing.
  private struct Blocks {
    var x0: SIMD4<UInt64>
    var x1: SIMD4<UInt64>
    var x2: SIMD4<UInt64>
    var x3: SIMD4<UInt64>

    /// The blocks of `counter` with so much added to its first word.
    @inline(__always)
    init(_ counter: SIMD4<UInt32>, _ places: SIMD4<UInt64>) {
      x0 = places &+ SIMD4(repeating: UInt64(counter.x))
      x1 = SIMD4(repeating: UInt64(counter.y))
      x2 = SIMD4(repeating: UInt64(counter.z))
      x3 = SIMD4(repeating: UInt64(counter.w))
    }

    /// All rounds of these and of four other blocks, side by side.
    @inline(__always)
    func rounds(with other: Blocks, _ key: SIMD2<UInt32>) -> (Blocks, Blocks) {
      var (these, those) = (self, other)
      // Vectors from the start: moving a key to all lanes in each round would cost more than the addition.
      var key0 = SIMD4(repeating: UInt64(key.x))
      var key1 = SIMD4(repeating: UInt64(key.y))
      for _ in 0..<Philox.rounds {
        these.round(key0, key1)
        those.round(key0, key1)
        key0 &+= SIMD4(repeating: UInt64(weyl.0))
        key1 &+= SIMD4(repeating: UInt64(weyl.1))
      }
      return (these, those)
    }

    /// A 64-bit vector multiplication (AVX2's `vpmuludq`) reads only the lower half of each lane. So nothing needs to be
    /// cleared or brought together between the rounds.
    @inline(__always)
    private mutating func round(_ key0: SIMD4<UInt64>, _ key1: SIMD4<UInt64>) {
      let lower = SIMD4<UInt64>(repeating: 0xFFFF_FFFF)
      let product0 = (x0 & lower) &* SIMD4(repeating: UInt64(multipliers.0))
      let product1 = (x2 & lower) &* SIMD4(repeating: UInt64(multipliers.1))
      (x0, x1, x2, x3) = (product1 &>> 32 ^ (x1 ^ key0), product1, product0 &>> 32 ^ (x3 ^ key1), product0)
    }
  }

  /// Sixteen words from the lower halves of lanes, in turn.
  @inline(__always)
  private static func joined(
    _ even0: SIMD4<UInt64>, _ even1: SIMD4<UInt64>, _ odd0: SIMD4<UInt64>, _ odd1: SIMD4<UInt64>
  ) -> SIMD16<UInt32> {
    let lower = SIMD4<UInt64>(repeating: 0xFFFF_FFFF)
    let words = SIMD8(lowHalf: even0 & lower | odd0 &<< 32, highHalf: even1 & lower | odd1 &<< 32)
    return unsafeBitCast(words, to: SIMD16<UInt32>.self)
  }
}
