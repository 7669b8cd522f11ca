import Collectives
import Glibc
import Synchronization
import TestSupport
import Testing

/// Work beside the communicator's thread.
@Suite(.serialized) struct AsideTests {
  private struct Failure: Error {}

  @Test(arguments: [false, true]) func aResultComesBack(untilStop: Bool) throws {
    #expect(try SoloCommunicator().aside(untilStop: untilStop) { 7 } == 7)
    #expect(throws: Failure.self) { try SoloCommunicator().aside(untilStop: untilStop) { throw Failure() } }
  }

  /// Work that would take for ever is left.
  @Test func aStopLeavesTheWork() {
    let isMade = Atomic(false)
    let communicator = SoloCommunicator(stop: StopRequest { isMade.load(ordering: .relaxed) })
    #expect(throws: Stopped()) {
      try communicator.aside(untilStop: true) {
        isMade.store(true, ordering: .relaxed)
        while true { sleep(1) }
      }
    }
  }

  /// A rank that is busy for three deadlines is waited for, and one that is not busy but silent is not.
  @Test func aBusyRankIsNotSilent() throws {
    let probe = try Probe("CollectivesProbe", ranks: 3, "busy 3")
    #expect(probe.status == 0, "\(probe.output)")
    #expect(probe.lines("busy") == ["all came"])
  }

  /// One rank wishes to stop while it waits, one while it works, and the others are at work without an end.
  @Test(arguments: [0, 1, 2]) func aStopReachesAllRanks(rank: Int) throws {
    let probe = try Probe("CollectivesProbe", ranks: 3, "leave \(rank)")
    #expect(probe.status == 0, "\(probe.output)")
    #expect(probe.lines("leave") == ["stopped stopped stopped"])
  }
}
