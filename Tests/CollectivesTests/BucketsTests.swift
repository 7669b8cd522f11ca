import Collectives
import Testing

@Suite struct BucketsTests {
  @Test func closeAtTheBorderOfALayer() {
    let layers = [0..<10, 10..<10, 10..<50, 50..<55, 55..<95]
    #expect(Buckets.plan(layers: layers, tail: 2, minimum: 40) == [55..<97, 10..<55, 0..<10])
    #expect(Buckets.plan(layers: layers, tail: 2, minimum: 45) == [50..<97, 0..<50])
    #expect(Buckets.plan(layers: layers, tail: 2, minimum: 1) == [55..<97, 50..<55, 10..<50, 0..<10])
    #expect(Buckets.plan(layers: layers) == [0..<95])
    #expect(Buckets.plan(layers: [], tail: 2) == [0..<2])
    #expect(Buckets.plan(layers: []).isEmpty)
  }

  /// Pieces come from the end to the start, as all buckets do, and are about as large as one another.
  @Test func aLargeBucketIsCut() {
    let layers = [0..<10, 10..<1010]
    #expect(
      Buckets.plan(layers: layers, tail: 2, minimum: 40, maximum: 400)
        == [678..<1012, 344..<678, 10..<344, 0..<10])
    #expect(Buckets.plan(layers: layers, tail: 2, minimum: 40, maximum: 1002) == [10..<1012, 0..<10])
    #expect(Buckets.plan(layers: layers, minimum: 40, maximum: 501) == [510..<1010, 10..<510, 0..<10])
  }

  @Test func segmentsCoverABucket() {
    for count in [1, 2, 15, 16, 17, 1023, 2047, 2048, 5000, 100_003] {
      for ranks in 1...9 {
        let bucket = 100..<100 + count
        let segments = Buckets.segments(of: bucket, ranks: ranks)
        #expect(segments.count == ranks)
        #expect(segments.first?.lowerBound == 100 && segments.last?.upperBound == 100 + count)
        for (left, right) in zip(segments, segments.dropFirst()) { #expect(left.upperBound == right.lowerBound) }
        let owners = segments.filter { !$0.isEmpty }
        #expect(owners.count == min(ranks, max(1, count / Buckets.smallestSegment)))
        #expect(owners.dropLast().allSatisfy { $0.count % 16 == 0 })
        let sizes = owners.dropLast().map(\.count)
        if let most = sizes.max(), let least = sizes.min() { #expect(most - least <= 16) }
      }
    }
  }
}
