import Collectives
import Testing
import Training

/// The memory of a rank that trains one thing after the other beside others.
@Suite struct MemoryShareTests {
  @Test func whatARankHasTakenIsTakenOff() {
    let share = MemoryShare(bytes: 1000, ranks: 4, before: 50)
    #expect(share.left(taken: 50) == 1000)
    #expect(share.left(taken: 350) == 700)
    #expect(share.left(taken: 20) == 1000)
    #expect(share.left(taken: 5000) == 0)
  }

  /// Of this very process: what it takes counts, and others' memory does not.
  @Test func aBudgetIsWhatIsLeft() {
    let share = MemoryShare(SoloCommunicator())
    #expect(share.ranks == 1 && share.bytes > 0)
    let before = share.left
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 100_000_000)
    memory.initialize(repeating: 1)
    let after = MemoryBudget(nil, share)
    #expect((60_000_000...140_000_000).contains(before - after.bytes), "\(before) \(after.bytes)")
    memory.deallocate()
    #expect(MemoryBudget(1000, share).bytes == 1000)
  }
}
