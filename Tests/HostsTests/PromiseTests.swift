import Hosts
import Synchronization
import Testing

/// Values from other threads, and work for them.
@Suite struct PromiseTests {
  @Test func theFirstValueCounts() {
    let promise = Promise<Int>()
    #expect(promise.wait(atMost: .zero) == nil)
    let start = ContinuousClock.now
    #expect(promise.wait(atMost: .milliseconds(30)) == nil)
    #expect(start.duration(to: .now) >= .milliseconds(30))
    promise.fulfil(1)
    promise.fulfil(2)
    #expect(promise.wait() == 1 && promise.wait(atMost: .zero) == 1)
  }

  @Test func allWhoWaitAreWoken() {
    let (promise, seen) = (Promise<Int>(), Promise<Void>())
    let count = Atomic(0)
    for _ in 0..<4 {
      let code = BackgroundThread.start {
        let value = promise.wait()
        if count.wrappingAdd(value, ordering: .relaxed).newValue == 12 { seen.fulfil(()) }
      }
      #expect(code == 0)
    }
    promise.fulfil(3)
    #expect(seen.wait(atMost: .seconds(10)) != nil)
  }

  private struct Failure: Error {}

  /// Somebody may want at once what the work held, such as a lock.
  @Test func whatAnErrandHeldIsGoneAtItsEnd() {
    for _ in 0..<500 {
      let held = Promise<Int>()
      weak var watched = held
      let errand = Errand { [held] in held.fulfil(1) }
      _ = consume held
      #expect(errand.start())
      _ = errand.result.wait()
      #expect(watched == nil)
    }
  }

  @Test func anErrandEndsWithItsResult() throws {
    let errand = Errand { 6 * 7 }
    #expect(errand.start())
    #expect(try errand.result.wait().get() == 42)
    let failing = Errand<Int> { throw Failure() }
    failing.run()
    #expect(throws: Failure.self) { try failing.result.wait().get() }
  }
}
