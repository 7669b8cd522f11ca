import Glibc

/// The pauses between the polls of one wait, and their end.
///
/// After a short spin each pause offers the core to others. Where it is known that others need it, or that a quota counts the
/// time, it sleeps: whoever only offers the core goes on using it up when nobody else waits for this very one.
struct Patience {
  private static let spins = 64
  /// Microseconds; what is waited for takes milliseconds.
  private static let nap: UInt32 = 100
  /// After so long without progress a core is better left to those that work.
  private static let restlessness = Duration.seconds(1)

  private let limit: Duration?
  private let sleeps: Bool
  private let clock = SuspendingClock()
  private var last: SuspendingClock.Instant
  private var waited = Duration.zero
  private var polls = 0

  /// Waits for other ranks of `communicator`, for at most its deadline without progress; for ever where it has none.
  init(_ communicator: some Communicator) {
    limit = communicator.deadline
    sleeps = communicator.sharesCores
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
    if polls > Self.spins {
      if sleeps { usleep(Self.nap) } else { sched_yield() }
    }
    let now = clock.now
    waited += min(last.duration(to: now), .milliseconds(100))
    last = now
    if waited >= Self.restlessness { usleep(1000) }
    return limit.map { waited < $0 } ?? true
  }
}
