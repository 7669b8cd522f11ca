import Collectives
import Testing

/// What is counted beforehand; that it is what MPI carries is tested with the program itself.
@Suite struct ExchangeVolumeTests {
  private let gradient = [100_000..<1_000_000, 0..<100_000]

  @Test func aRankAloneSaysNothing() {
    let volume = ExchangeVolume(gradient, slices: 8, ranks: 1, ranksPerHost: 1)
    #expect(volume.sent == 0 && volume.mostSent == 0)
    #expect(volume.buckets.allSatisfy { $0.messages == 0 && $0.leaving == [0] && $0.coming == [0] })
  }

  /// Where each rank holds one sum it is the least that an all-reduce can do with: 2 N (P - 1) / P floats a rank. Behind the
  /// totals of the last bucket travels a float more to each other rank.
  @Test(arguments: [2, 4, 8]) func oneSumARankIsTheLowerBound(ranks: Int) {
    let volume = ExchangeVolume(gradient, slices: 8, ranks: ranks, ranksPerHost: 1)
    #expect(volume.sent == 4 * (2 * 1_000_000 * (ranks - 1) + ranks * (ranks - 1)))
    #expect(abs(volume.mostSent - volume.sent / ranks) < 1000)
    // A host of one rank sends all over its link.
    for bucket in volume.buckets {
      #expect(bucket.leaving == bucket.sent)
      #expect(bucket.leaving.reduce(0, +) == bucket.coming.reduce(0, +))
      #expect(bucket.receivedNearby.allSatisfy { $0 == 0 })
      #expect(bucket.messages == 4 * (ranks - 1))
    }
  }

  /// 8 slices on 3 ranks: 2, 3 and 3 of them, which are 1, 2 and 2 nodes of the tree.
  @Test func aRunThatIsNoNodeSendsEachOfItsNodes() {
    let volume = ExchangeVolume([0..<3072], slices: 8, ranks: 3, ranksPerHost: 3)
    let totals = 2 * (1024 + 1)
    #expect(volume.buckets[0].sent == [1, 2, 2].map { 4 * ($0 * 2048 + totals) })
    #expect(volume.buckets[0].receivedNearby == [4, 3, 3].map { 4 * ($0 * 1024 + totals) })
    #expect(volume.buckets[0].leaving == [0])
  }

  /// A rank without slices sends no sums, but adds up a segment all the same.
  @Test func ranksWithoutSlicesTakePart() {
    let volume = ExchangeVolume([0..<4096], slices: 2, ranks: 4, ranksPerHost: 2)
    let bucket = volume.buckets[0]
    let held = (0..<4).map { (bucket.sent[$0] / 4 - 3 * 1025) / 3072 }
    #expect(held.reduce(0, +) == 2 && held.max() == 1)
    #expect(bucket.leaving.reduce(0, +) == bucket.coming.reduce(0, +))
    // What leaves no host stays among its ranks.
    let (nearby, far) = (bucket.receivedNearby.reduce(0, +), bucket.leaving.reduce(0, +))
    #expect(bucket.sent.reduce(0, +) == nearby + far)
  }

  /// A bucket that is too small for all has few owners.
  @Test func smallBucketsHaveFewOwners() {
    let volume = ExchangeVolume([0..<100], slices: 4, ranks: 4, ranksPerHost: 1)
    #expect(volume.buckets[0].sent[0] == 4 * 3 * 101)
    #expect(volume.buckets[0].sent[1...] == [4 * 103, 4 * 103, 4 * 103])
  }

  @Test func thousandsOfRanksAreCounted() {
    let volume = ExchangeVolume(gradient, slices: 4096, ranks: 4096, ranksPerHost: 64)
    #expect(volume.buckets[0].leaving.count == 64)
    #expect(volume.sent > 4 * 2 * 900_000 * 4095)
  }
}
