import Glibc
import Synchronization

/// The wish to stop, as SIGTERM, SIGINT, SIGUSR1 or SIGHUP express it: Slurm before a time limit, a terminal that is closed,
/// mpirun, or a user of any rank's host. A second one does not wait: it ends the process.
public enum StopSignal {
  private static let signals = [SIGTERM, SIGINT, SIGUSR1, SIGHUP]
  /// When the first signal came, in nanoseconds of the monotonic clock; 0 while none has.
  private static let first = Atomic(0)
  /// One wish may arrive as several signals: `timeout` sends one to the process and one to its group, and a terminal's end
  /// is told by the shell and by the system. Signals that are no further apart than these nanoseconds are one.
  private static let echo = 200_000_000

  /// From now on these signals end no process, but are remembered, also where whoever started the process had them blocked.
  /// SIGHUP alone stays ignored where it was: that is what `nohup` asks for. Called before there are other threads.
  public static func install() {
    // Also initialises what the handler reads, because a signal handler must not.
    first.store(0, ordering: .relaxed)
    _ = echo
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { signal in StopSignal.receive(signal) }
    action.sa_flags = Int32(SA_RESTART)
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals where signal != SIGHUP || !isIgnored(signal) {
      sigaction(signal, &action, nil)
      sigaddset(&set, signal)
    }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Whether a signal has come.
  public static var isRaised: Bool { first.load(ordering: .relaxed) != 0 }

  /// What the handler does. Reading a clock, a lock-free exchange, and setting and raising a signal are safe there.
  private static func receive(_ signal: Int32) {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = time.tv_sec * 1_000_000_000 + time.tv_nsec
    let (isFirst, earlier) = first.compareExchange(expected: 0, desired: now, ordering: .relaxed)
    guard !isFirst, now - earlier > echo else { return }
    // It comes again as soon as this handler returns, and then does what it always does.
    Glibc.signal(signal, SIG_DFL)
    raise(signal)
  }

  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    sigaction(signal, nil, &action)
    // SIG_IGN is the address 1, of which a function pointer cannot be made to compare it with.
    return withUnsafeBytes(of: action.__sigaction_handler) { $0.loadUnaligned(as: UInt.self) } == 1
  }
}
