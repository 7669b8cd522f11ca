import Files
import Hosts
import Runs
import Testing

/// A checkpoint on its way: what may change when, and what becomes of one that nobody wants.
@Suite struct CheckpointWriterTests {
  private struct Failure: Error {}

  @Test func theArenaIsLetGoBeforeTheFileIsDone() {
    let writer = CheckpointWriter(of: 7, failed: { _ in Issue.record("nothing fails") }) { didRead, willReplace in
      didRead()
      try willReplace()
    }
    writer.waitUntilRead()
    #expect(!writer.isReading)
    #expect(writer.wait(atMost: .milliseconds(50)) == nil, "nobody has decided yet")
    writer.decide(true)
    #expect(writer.wait() && writer.step == 7)
  }

  /// The first word counts, and nobody is told of a failure.
  @Test func whatIsDroppedIsNotOnTheDisk() {
    let writer = CheckpointWriter(of: 7, failed: { _ in Issue.record("nothing fails") }) { didRead, willReplace in
      didRead()
      try willReplace()
      Issue.record("it is replaced all the same")
    }
    writer.decide(false)
    writer.decide(true)
    #expect(!writer.wait())
  }

  @Test func aFailureLetsTheArenaGoAndIsTold() {
    let told = Promise<Bool>()
    let writer = CheckpointWriter(of: 7, failed: { told.fulfil($0 is Failure) }) { _, _ in throw Failure() }
    writer.waitUntilRead()
    #expect(told.wait())
    writer.decide(true)
    #expect(!writer.wait())
  }
}
