import Glibc
import Hosts
import Synchronization

/// Watches over the start of MPI, which waits for every rank without an end, and ends the process where one does not come: it
/// may have left before MPI began.
final class StartWatch: Sendable {
  private let isOver = Atomic(false)
  /// How long a process that was asked to stop may still take to start.
  private static let grace = Duration.seconds(1)

  /// Calls `giveUp` on a thread of its own after `limit`, or a second after somebody has asked for a stop, unless `end` was
  /// called before. `giveUp` must end the process.
  init(_ limit: Duration, stop: StopRequest, giveUp: @escaping @Sendable (_ isStopped: Bool) -> Void) {
    // Without the thread nobody watches, and all else is as it was.
    _ = BackgroundThread.start { [self] in
      let start = SuspendingClock.now
      var asked: SuspendingClock.Instant?
      while !isOver.load(ordering: .acquiring) {
        usleep(20_000)
        let now = SuspendingClock.now
        if asked == nil && stop.isMade { asked = now }
        let isStopped = asked.map { $0.duration(to: now) >= Self.grace } ?? false
        if isStopped || start.duration(to: now) >= limit {
          if !isOver.load(ordering: .acquiring) { giveUp(isStopped) }
          return
        }
      }
    }
  }

  /// MPI has started.
  func end() { isOver.store(true, ordering: .releasing) }
}
