import Collectives
import Files
import Runs
import Testing
import Training

@Suite struct TogetherTests {
  @Test func aResultComesBack() throws {
    #expect(try SoloCommunicator().together { 7 } == 7)
    #expect(try ScriptedCommunicator(rank: 1, size: 2, gathered: { ["", $0] }).together { 7 } == 7)
  }

  @Test func anOwnErrorKeepsItsCodeAndWords() throws {
    let failure = try #require(throws: SharedFailure.self) {
      try SoloCommunicator().together { throw FileError(.missing, "a b", "is  not there") }
    }
    #expect(failure.exitCode == .missingInput)
    #expect(failure.description == "a b: is  not there")
  }

  @Test func theErrorOfTheFirstRankThatFailedIsEveryones() throws {
    for rank in 0..<4 {
      let communicator = ScriptedCommunicator(
        rank: rank, size: 4,
        gathered: { own in
          ["", "65 x: bad", "66 y: gone", ""].enumerated().map { $0.offset == rank ? own : $0.element }
        })
      let failure = try #require(throws: SharedFailure.self) {
        try communicator.together {
          if rank == 1 { throw FileError(.malformed, "x", "bad") }
          if rank == 2 { throw FileError(.missing, "y", "gone") }
        }
      }
      #expect(failure.exitCode == .badData)
      #expect(failure.description == "x: bad (rank 1 on host1)")
    }
  }

  @Test func aBodyIsRunOnce() throws {
    var runs = 0
    _ = try? SoloCommunicator().together {
      runs += 1
      throw UsageError("no")
    }
    #expect(runs == 1)
  }

  @Test func aValueIsShared() throws {
    #expect(try SoloCommunicator().share(["a": [1, 2]]) == ["a": [1, 2]])
    #expect(try SoloCommunicator().share([Float.infinity, -.infinity]) == [.infinity, -.infinity])
  }
}
