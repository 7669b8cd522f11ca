import Glibc

/// The pauses between the polls of one wait, and their end.
///
/// After a short spin each pause gives the core away, because more ranks than cores are normal on laptops and in tests.
struct Patience {
  private static let spins = 64
  /// After so long without progress a core is better left to those that work, the more so where ranks share it.
  private static let restlessness = Duration.seconds(1)

  private let limit: Duration?
  private let clock = SuspendingClock()
  private var last: SuspendingClock.Instant
  private var waited = Duration.zero
  private var polls = 0

  /// Waits for at most `limit` without progress; for ever where it is nil.
  init(_ limit: Duration?) {
    self.limit = limit
    last = clock.now
  }

  /// Begins anew, because something has moved.
  mutating func renew() {
    waited = .zero
    polls = 0
  }

  /// Pauses; false once the limit is reached.
  ///
  /// A gap between two polls counts for a tenth of a second at most. When a whole job is stopped and continued (SLURM's
  /// gang scheduling, Ctrl-Z), hours may lie between two polls, and nobody has been silent.
  mutating func pause() -> Bool {
    polls += 1
    if polls > Self.spins { sched_yield() }
    let now = clock.now
    waited += min(last.duration(to: now), .milliseconds(100))
    last = now
    if waited >= Self.restlessness { usleep(1000) }
    return limit.map { waited < $0 } ?? true
  }
}
