import Datasets
import Files
import Testing

@Suite struct SampleOrderTests {
  @Test(arguments: [1, 2, 3, 1000], [0, 1, 99])
  func everyEpochIsAPermutation(samples: Int, epoch: Int) {
    let order = SampleOrder(samples: samples, seed: 42).order(epoch: epoch)
    #expect(order.sorted() == Array(0..<Int32(samples)))
  }

  @Test func withoutASeedNothingMoves() {
    #expect(SampleOrder(samples: 5, seed: nil).order(epoch: 7) == [0, 1, 2, 3, 4])
  }

  @Test func seedAndEpochDecide() {
    let order = SampleOrder(samples: 1000, seed: 1)
    #expect(order.order(epoch: 0) == SampleOrder(samples: 1000, seed: 1).order(epoch: 0))
    #expect(order.order(epoch: 0) != order.order(epoch: 1))
    #expect(order.order(epoch: 0) != SampleOrder(samples: 1000, seed: 2).order(epoch: 0))
  }

  /// All 6 orders of 3 samples come equally often over 6,000 epochs, within five standard deviations.
  @Test func theShuffleIsUniform() {
    let order = SampleOrder(samples: 3, seed: 8)
    var counts: [[Int32]: Int] = [:]
    for epoch in 0..<6000 { counts[order.order(epoch: epoch), default: 0] += 1 }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 145 })
  }

  /// A change here changes every run that anyone has recorded. An implementation of Philox, Lemire's draw and the
  /// shuffle in plain Python gives the same digest.
  @Test func theOrderIsFrozen() {
    let order = SampleOrder(samples: 50_000, seed: 42).order(epoch: 3)
    let bytes = order.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let digest = bytes.withUnsafeBytes { Digest.of($0) }
    #expect(digest == "f22ef06f2a6f380d06de883eac07d6ac51ec661d8ec0310c9bbc2a1ab9d55112")
  }
}
