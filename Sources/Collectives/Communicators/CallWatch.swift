import Glibc
import Hosts
import Synchronization

/// Watches over the calls of MPI, and ends the process where one does not come back.
///
/// Every wait of ours polls and has a deadline, but what is polled is MPI's: MPI_Finalize, MPI_Abort and MPI_Comm_split wait for
/// all ranks without an end, and where ranks share memory, even MPI_Testsome spins for ever if another was stopped in the midst of
/// a write there.
final class CallWatch: Sendable {
  /// Odd while a call is under way. Only the thread that calls MPI writes to it.
  private let calls = Atomic(0)
  /// Where the name of the call that began last stands.
  private let name = Atomic<UInt>(0)
  /// The milliseconds that a call may take; 0 for as many as it likes.
  private let limit = Atomic(0)
  /// The code with which the process is about to end; -1 while it is not.
  private let end = Atomic<Int32>(-1)

  private static let lookEvery = Duration.milliseconds(100)
  /// How long the end of the process may take.
  private static let lastGrace = Duration.seconds(1)

  /// Starts to watch, on a thread of its own.
  ///
  /// - Parameter giveUp: is called there with the name of the call that did not come back; it must end the process.
  func begin(giveUp: @escaping @Sendable (_ call: String, _ limit: Duration) -> Void) {
    // Without the thread nobody watches, and all else is as it was.
    _ = BackgroundThread.start { [self] in watch(giveUp) }
  }

  /// From now on a call may take so long; nil for any time.
  func allow(_ duration: Duration?) {
    limit.store(duration.map { max(1, Int($0 / .milliseconds(1))) } ?? 0, ordering: .relaxed)
  }

  /// The process is about to end with `code`, and does so soon whatever it still calls.
  func leave(_ code: Int32) { end.store(code, ordering: .relaxed) }

  /// Runs `body`, a call of MPI.
  func during<Result>(_ call: StaticString, _ body: () -> Result) -> Result {
    name.store(UInt(bitPattern: call.utf8Start), ordering: .relaxed)
    let count = calls.load(ordering: .relaxed)
    calls.store(count &+ 1, ordering: .relaxed)
    defer { calls.store(count &+ 2, ordering: .relaxed) }
    return body()
  }

  private func watch(_ giveUp: (String, Duration) -> Void) {
    var (seen, last) = (0, SuspendingClock.now)
    var (inside, leaving) = (Duration.zero, Duration.zero)
    while true {
      usleep(UInt32(Self.lookEvery / .microseconds(1)))
      let now = SuspendingClock.now
      // As with `Patience`: where the whole job was stopped for a while, no call was slow.
      let gap = min(last.duration(to: now), Self.lookEvery * 2)
      last = now
      let code = end.load(ordering: .relaxed)
      if code >= 0 {
        leaving += gap
        if leaving >= Self.lastGrace { _exit(code) }
        continue
      }
      let count = calls.load(ordering: .relaxed)
      inside = count == seen && count % 2 != 0 ? inside + gap : .zero
      seen = count
      let limit = Duration.milliseconds(limit.load(ordering: .relaxed))
      guard limit > .zero, inside >= limit, let call = UnsafePointer<CChar>(bitPattern: name.load(ordering: .relaxed))
      else { continue }
      giveUp(String(cString: call), limit)
    }
  }
}
