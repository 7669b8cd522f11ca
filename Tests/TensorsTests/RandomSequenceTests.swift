import Tensors
import Testing

@Suite struct RandomSequenceTests {
  @Test func keysThatDifferInOnePlaceShareNoBits() {
    let keys = [
      RandomKey(seed: 1, purpose: .initialization(parameter: 0)),
      RandomKey(seed: 1, purpose: .initialization(parameter: 1)),
      RandomKey(seed: 1, purpose: .shuffling),
      RandomKey(seed: 1, purpose: .dropout(layer: 0)),
      RandomKey(seed: 1, purpose: .dropout(layer: 1)),
      RandomKey(seed: 1, purpose: .synthesis),
      RandomKey(seed: 1, purpose: .shuffling, epoch: 1),
      RandomKey(seed: 1, purpose: .shuffling, sample: 1),
      RandomKey(seed: 2, purpose: .shuffling),
      RandomKey(seed: 1 << 32 | 1, purpose: .shuffling),
    ]
    #expect(Set(keys.map { $0.block(0) }).count == keys.count)
    #expect(Set(keys.map { SIMD4($0.counter, 0) &+ SIMD4($0.key.x, $0.key.y, 0, 0) &<< 8 }).count == keys.count)
  }

  @Test func wordsAreTheBlocksInOrder() {
    let key = RandomKey(seed: 9, purpose: .shuffling)
    var random = RandomSequence(key)
    let words = (0..<8).map { _ in random.nextWord() }
    let blocks = [key.block(0), key.block(1)]
    #expect(words == blocks.flatMap { [$0.x, $0.y, $0.z, $0.w] })
    var wide = RandomSequence(key)
    #expect(wide.next() == UInt64(words[1]) << 32 | UInt64(words[0]))
  }

  @Test func uniformsAreMultiplesBelowOne() {
    var random = RandomSequence(RandomKey(seed: 3, purpose: .shuffling))
    let draws = (0..<10_000).map { _ in random.uniform() }
    #expect(draws.allSatisfy { 0..<1 ~= $0 && ($0 * 0x1p24).rounded() == $0 * 0x1p24 })
    let mean = draws.reduce(0, +) / 10_000
    #expect(abs(mean - 0.5) < 0.015)  // five standard deviations: 5 / sqrt(12 * 10,000)
  }

  @Test(arguments: [1, 2, 3, 10, 1 << 31, 1 << 31 | 1, UInt32.max] as [UInt32])
  func boundsHold(bound: UInt32) {
    var random = RandomSequence(RandomKey(seed: UInt64(bound), purpose: .shuffling))
    #expect((0..<1000).allSatisfy { _ in random.below(bound) < bound })
  }

  /// Scaled words without rejection would give every third value half of all draws for this bound.
  @Test func drawsBelowABoundAreUnbiased() {
    var random = RandomSequence(RandomKey(seed: 4, purpose: .shuffling))
    var counts = [0, 0, 0]
    for _ in 0..<30_000 { counts[Int(random.below(3 << 30) % 3)] += 1 }
    // Five standard deviations of a binomial count: 5 * sqrt(30,000 * 1/3 * 2/3).
    #expect(counts.allSatisfy { abs($0 - 10_000) < 410 })
  }
}
