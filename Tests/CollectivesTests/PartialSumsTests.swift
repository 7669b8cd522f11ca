import Collectives
import CollectivesProbe
import Tensors
import Testing

@Suite struct PartialSumsTests {
  private static let count = 40

  private static func gradient(_ slice: Int) -> [Float] {
    let storage = FloatStorage(count: count)
    Problem.fill(storage.buffer, step: 0, slice: slice)
    return Array(storage.buffer)
  }

  /// Every run of every step leaves the largest nodes within it, each with the bits of the recursive sum.
  @Test func everyRunLeavesItsSubtrees() {
    let sums = PartialSums(count: Self.count)
    let gradients = (0..<17).map(Self.gradient)
    for slices in 1...17 {
      for start in 0..<slices {
        for end in start...slices {
          sums.reset(slices: slices, run: start..<end)
          for bucket in [30..<40, 0..<30] {  // each goes through all slices by itself
            for slice in start..<end {
              _ = sums.buffer(of: slice).part(bucket).update(fromContentsOf: gradients[slice][bucket])
              sums.settle(bucket, of: slice)
            }
          }
          #expect(sums.sums.map(\.node) == SliceTree(slices: slices).subtrees(of: start..<end))
          for sum in sums.sums {
            #expect(Array(sum.buffer) == recursiveSum(of: sum.node) { gradients[$0] })
          }
        }
      }
    }
  }

  /// Likewise where a slice's gradient goes straight to the sum before it, where there is one.
  @Test func gradientsThatAreAddedAlreadyLeaveTheSameSums() {
    let sums = PartialSums(count: Self.count)
    let gradients = (0..<13).map(Self.gradient)
    for start in 0..<13 {
      sums.reset(slices: 13, run: start..<13)
      var added = 0
      for slice in start..<13 {
        if let sum = sums.sum(before: slice) {
          for i in 0..<Self.count { sum[i] += gradients[slice][i] }
          sums.buffer(of: slice).update(repeating: .nan)  // nobody looks there
          sums.settle(0..<Self.count, of: slice, isAdded: true)
          added += 1
        } else {
          _ = sums.buffer(of: slice).update(fromContentsOf: gradients[slice])
          sums.settle(0..<Self.count, of: slice)
        }
      }
      #expect(added > 0 || start > 10)
      for sum in sums.sums {
        #expect(Array(sum.buffer) == recursiveSum(of: sum.node) { gradients[$0] })
      }
    }
  }

  /// The second step works in the memory of the first.
  @Test func buffersAreReused() {
    let sums = PartialSums(count: 8)
    func places() -> [MutableFloatBuffer] {
      sums.reset(slices: 13, run: 3..<11)
      return (3..<11).map { sums.buffer(of: $0) }
    }
    let first = places().map(\.baseAddress)
    #expect(places().map(\.baseAddress) == first)
    #expect(Set(first).count == 4)
  }
}
