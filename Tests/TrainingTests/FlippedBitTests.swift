import Runs
import TestSupport
import Testing
import Training

/// One bit of one rank's gradient flips, in a message under way: real processes, and nothing in the program that knows of
/// the fault.
@Suite(.serialized) struct FlippedBitTests {
  private let temporary: TemporaryFolder

  init() throws { temporary = try TemporaryFolder() }

  /// Trains on 3 ranks into the folder `run`, with a fault.
  private func train(_ run: String, _ fault: String) throws -> Probe {
    try Probe("TrainingProbe", ranks: 3, "'\(temporary(run))' \(fault)")
  }

  /// Where the journal of a run parts from that of a run without a fault.
  private func difference(of run: String) throws -> JournalDifference? {
    let control = try train("control", "none 0 0")
    try #require(control.status == 0, "\(control.output)")
    let (ours, theirs) = (try RunFolder(temporary(run)).journal(), try RunFolder(temporary("control")).journal())
    return try JournalComparison(try #require(ours), try #require(theirs), through: 4).difference
  }

  /// The rank takes another step than the others: the guard names it at the next checkpoint, which is not written.
  @Test(arguments: [0, 1, 2])
  func aBitInOneRanksGradientIsCaughtByTheGuard(victim: Int) throws {
    let probe = try train("run", "total \(victim) 3")
    #expect(probe.status == ExitCode.badData.rawValue, "\(probe.output)")
    let message = try #require(probe.lines("error:").first, "\(probe.output)")
    #expect(message.hasPrefix("rank \(victim) on "))
    #expect(message.contains(" differs from the other ranks in optimizer/momentum at step 4 "))
    #expect(
      try temporary.names(in: "run/checkpoints").filter { $0.hasPrefix("step-") } == ["step-00000000.safetensors"])
    // Rank 0 keeps the journal: its own fault is there in the step itself, another's in what it does to the next sum.
    let found = try #require(try difference(of: "run"))
    #expect(found.step == (victim == 0 ? 3 : 4))
    #expect(found.quantity == .gradient)
    #expect(found.first.name == "dense/kernel")
  }

  /// A bit of what one rank has in memory: its gradient is another, though all agree about the sum. The next comparison of one
  /// slice names the rank.
  @Test(arguments: [0, 1, 2]) func brokenMemoryIsFoundByComputingTheSame(victim: Int) throws {
    let probe = try train("run", "memory \(victim) 4")
    #expect(probe.status == ExitCode.badData.rawValue, "\(probe.output)")
    let message = try #require(probe.lines("error:").first, "\(probe.output)")
    #expect(message.hasPrefix("compute thread 1 of rank \(victim) on "), "\(message)")
    #expect(message.contains(" has another gradient than most others for slice 2 of step 5: "), "\(message)")
  }

  /// Spoilt before the sum, a gradient is wrong on all ranks alike. They agree, and only a comparison shows it.
  @Test func aBitInOneRanksPartIsLocatedByTheComparison() throws {
    let probe = try train("run", "part 1 3")
    #expect(probe.status == 0, "\(probe.output)")
    let found = try #require(try difference(of: "run"))
    #expect(found.step == 3)
    #expect(found.quantity == .gradient)
    #expect(found.names == ["dense/kernel"])
  }
}
