import Tensors
import Testing

@Suite struct PhiloxTests {
  /// From `kat_vectors` of Random123, the authors' own implementation: philox4x32 with 10 rounds.
  @Test(
    arguments: [
      (
        SIMD4(), SIMD2(),
        SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
      ),
      (
        SIMD4(repeating: 0xFFFF_FFFF), SIMD2(repeating: 0xFFFF_FFFF),
        SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
      ),
      (
        SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), SIMD2(0xA409_3822, 0x299F_31D0),
        SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
      ),
    ] as [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)])
  func knownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, words: SIMD4<UInt32>) {
    #expect(Philox.block(counter: counter, key: key) == words)
  }

  @Test func lanesAreBlocks() {
    let key = RandomKey(seed: 0x0123_4567_89AB_CDEF, purpose: .dropout(layer: 3), epoch: 5, sample: 77)
    let lanes = key.lanes(1000)
    for lane in 0..<16 {
      let words = SIMD4(lanes.0[lane], lanes.1[lane], lanes.2[lane], lanes.3[lane])
      #expect(words == key.block(1000 + UInt32(lane)))
    }
  }
}
