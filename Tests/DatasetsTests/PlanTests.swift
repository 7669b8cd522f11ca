import Datasets
import Testing

@Suite struct BatchPlanTests {
  @Test(arguments: [(50_000, 512, 98), (1024, 512, 2), (1025, 512, 3), (1, 512, 1), (10, 1, 10)])
  func everySampleOnceAnEpoch(samples: Int, batchSize: Int, steps: Int) {
    let plan = BatchPlan(samples: samples, batchSize: batchSize)
    #expect(plan.stepsPerEpoch == steps)
    for epoch in [0, 3] {
      let batches = (0..<steps).map { plan.batch(step: epoch * steps + $0) }
      #expect(batches.allSatisfy { $0.epoch == epoch })
      #expect(batches.flatMap { Array($0.positions) } == Array(0..<samples))
      #expect(batches.dropLast().allSatisfy { $0.positions.count == batchSize })
    }
  }

  @Test func theLastBatchIsShort() {
    let plan = BatchPlan(samples: 50_000, batchSize: 512)
    #expect(plan.batch(step: 97).positions == 49_664..<50_000)
    #expect(plan.batch(step: 98).epoch == 1 && plan.batch(step: 98).positions == 0..<512)
  }
}

@Suite struct SlicePlanTests {
  @Test(arguments: [(512, 64, 8), (336, 64, 6), (1, 64, 1), (64, 64, 1), (65, 64, 2)])
  func slicesCoverTheBatch(samples: Int, sliceSize: Int, count: Int) {
    let plan = SlicePlan(samples: samples, sliceSize: sliceSize)
    #expect(plan.count == count)
    #expect((0..<count).flatMap { Array(plan.range(of: $0)) } == Array(0..<samples))
    #expect((0..<count - 1).allSatisfy { plan.range(of: $0).count == sliceSize })
  }

  @Test(arguments: 1...20, [1, 6, 8, 98])
  func sharesAreContiguousAndEven(world: Int, slices: Int) {
    let plan = SlicePlan(samples: slices, sliceSize: 1)
    let shares = (0..<world).map { plan.share(of: $0, world: world) }
    #expect(shares.flatMap { Array($0) } == Array(0..<slices))
    let sizes = shares.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  @Test func unevenSharesAreFloors() {
    let plan = SlicePlan(samples: 512, sliceSize: 64)
    #expect((0..<3).map { plan.share(of: $0, world: 3) } == [0..<2, 2..<5, 5..<8])
  }
}
