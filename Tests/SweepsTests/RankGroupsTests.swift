import Sweeps
import Testing

@Suite struct RankGroupsTests {
  @Test func noRankIsIdle() {
    #expect(RankGroups.divide(nodes: [0, 0, 0, 0], size: 1, trials: 100) == [[0], [1], [2], [3]])
    #expect(RankGroups.divide(nodes: [0, 0, 0, 0], size: 2, trials: 100) == [[0, 1], [2, 3]])
    #expect(RankGroups.divide(nodes: [0, 0, 0], size: 2, trials: 100) == [[0, 1, 2]])
    #expect(RankGroups.divide(nodes: [0, 0, 0, 0, 0], size: 2, trials: 100) == [[0, 1], [2, 3, 4]])
    #expect(RankGroups.divide(nodes: [0, 0], size: 4, trials: 100) == [[0, 1]])
  }

  @Test func aGroupIsOfOneHostWhereThatCanBe() {
    // mpirun --map-by node deals ranks out in turn.
    #expect(RankGroups.divide(nodes: [0, 1, 0, 1], size: 2, trials: 100) == [[0, 2], [1, 3]])
    #expect(RankGroups.divide(nodes: [0, 1, 0, 1, 0], size: 2, trials: 100) == [[0, 2, 4], [1, 3]])
    // One rank of a host that has too few goes with those of another.
    #expect(RankGroups.divide(nodes: [0, 0, 2, 3], size: 2, trials: 100) == [[0, 1], [2, 3]])
    #expect(RankGroups.divide(nodes: [0, 1, 2, 3], size: 2, trials: 100) == [[0, 1], [2, 3]])
    // Too few for a group are one all the same.
    #expect(RankGroups.divide(nodes: [0, 0, 0, 3], size: 3, trials: 100) == [[0, 1, 2], [3]])
  }

  /// The last trials of a sweep have all ranks of a host.
  @Test func fewTrialsHaveMoreRanksEach() {
    #expect(
      RankGroups.divide(nodes: [Int](repeating: 0, count: 8), size: 1, trials: 3) == [[0, 1], [2, 3, 4], [5, 6, 7]])
    #expect(RankGroups.divide(nodes: [0, 0, 0, 0], size: 1, trials: 1) == [[0, 1, 2, 3]])
    #expect(RankGroups.divide(nodes: [0, 0, 0, 0], size: 2, trials: 0) == [[0, 1, 2, 3]])
    // But not of two: what links them may be slower than a host alone.
    #expect(RankGroups.divide(nodes: [0, 0, 2, 2], size: 1, trials: 1) == [[0, 1], [2, 3]])
    #expect(RankGroups.divide(nodes: [0, 0, 2, 2, 2, 2], size: 1, trials: 3) == [[0, 1], [2, 3], [4, 5]])
  }

  @Test func everyRankIsInOneGroup() {
    for ranks in 1...12 {
      for size in 1...5 {
        for hosts in 1...4 {
          let groups = RankGroups.divide(nodes: (0..<ranks).map { $0 % hosts }, size: size, trials: 1 + ranks % 5)
          #expect(groups.joined().sorted() == Array(0..<ranks))
          #expect(groups.allSatisfy { !$0.isEmpty })
        }
      }
    }
  }
}
