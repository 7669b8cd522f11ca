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

  /// So long after a wish to stop it is told what still keeps this rank: mpirun, where a rank has died, sends such a wish to all
  /// others, and kills them after a second.
  private static let forbearance = Duration.milliseconds(500)

  private let communicator: any Communicator
  private let limit: Duration?
  private let sleeps: Bool
  private let clock = SuspendingClock()
  private var last: SuspendingClock.Instant
  private var waited = Duration.zero
  private var waitedSinceWish = Duration.zero
  private var unlooked = Duration.zero
  private var polls = 0

  /// Waits for other ranks of `communicator`, for at most its deadline without progress; for ever where it has none.
  init(_ communicator: any Communicator) {
    self.communicator = communicator
    limit = communicator.deadline
    sleeps = communicator.sharesCores
    last = clock.now
  }

  /// Begins anew, because something has moved.
  mutating func renew() {
    waited = .zero
    waitedSinceWish = .zero
    polls = 0
  }

  /// Pauses, until the limit is reached.
  ///
  /// A gap between two polls counts for a tenth of a second at most. When a whole job is stopped and continued (SLURM's
  /// gang scheduling, Ctrl-Z), hours may lie between two polls, and nobody has been silent.
  ///
  /// - Parameters:
  ///   - awaited: the ranks whose messages are missing; none where all are waited for.
  ///   - operation: what is waited in.
  /// - Throws: `CollectiveError` once the limit is reached.
  mutating func pause(for awaited: @autoclosure () -> [Int], in operation: String) throws(CollectiveError) {
    polls += 1
    if polls > Self.spins {
      if sleeps { usleep(Self.nap) } else { sched_yield() }
    }
    let now = clock.now
    let gap = min(last.duration(to: now), .milliseconds(100))
    waited += gap
    last = now
    if waited >= Self.restlessness { usleep(1000) }
    if let limit, waited >= limit { throw communicator.silence(of: awaited(), in: operation) }
    unlooked += gap
    if unlooked >= Self.restlessness {
      // What moves may be others than the one that is lost.
      unlooked = .zero
      try communicator.expectSigns(in: operation)
    }
    guard communicator.stop.isMade, waitedSinceWish < Self.forbearance else { return }
    waitedSinceWish += gap
    if waitedSinceWish >= Self.forbearance { communicator.tellOfDelay(by: awaited(), in: operation) }
  }
}
