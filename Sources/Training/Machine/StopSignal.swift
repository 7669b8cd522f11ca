import Glibc
import Synchronization

/// The wish to stop, as SIGTERM, SIGINT or SIGUSR1 express it: Slurm before a time limit, a terminal, mpirun, or a user
/// of any rank's host.
public enum StopSignal {
  private static let raised = Atomic(false)

  /// From now on these signals end no process, but are remembered, also where whoever started the process had them blocked.
  /// Called before there are other threads.
  public static func install() {
    // Also initialises the flag here, because a signal handler must not.
    raised.store(false, ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in StopSignal.raise() }
    action.sa_flags = Int32(SA_RESTART)
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGUSR1] {
      sigaction(signal, &action, nil)
      sigaddset(&signals, signal)
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether a signal has come.
  public static var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// What the handler does: one lock-free store, which is all that is safe there.
  static func raise() { raised.store(true, ordering: .relaxed) }
}

/// The run was asked to stop and has left a checkpoint. Every rank throws it after the same step.
public struct Stopped: Error, Equatable, CustomStringConvertible {
  /// How many steps are done.
  public let step: Int
  /// What to do.
  public var description: String { "stopped after step \(step), with a checkpoint: run again with --resume to go on" }
}
