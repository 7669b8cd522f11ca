import Collectives
import FoundationEssentials
import Glibc
import Training

/// The ranks that this process is one of.
public enum Ranks {
  /// MPI is started once in a process. A communicator belongs to one thread, the one that trains; so does this.
  private nonisolated(unsafe) static var joined: (any Communicator)?
  /// Whether this rank failed by itself: then it must not wait for the others at its end.
  nonisolated(unsafe) static var hasFailed = false

  /// All ranks that `mpirun` or `srun` started, joined at the first call and left when the process exits; this process
  /// alone where it was started by itself.
  ///
  /// - Throws: `CollectiveError` when MPI cannot be started.
  public static func join() throws(CollectiveError) -> any Communicator {
    if let joined { return joined }
    guard try MPICommunicator.isLaunched(environment: Self.environment) else {
      let alone = SoloCommunicator()
      joined = alone
      return alone
    }
    let world = try MPICommunicator(environment: Self.environment) { error in
      // Another rank did not come, and MPI does not let go of the thread that waits for it.
      let words = Array("\(error.map { "\($0)" } ?? "stopped")\n".utf8)
      _ = write(STDERR_FILENO, words, words.count)
      _exit(error?.exitCode ?? ExitCode.stopped.rawValue)
    }
    joined = world
    // A launcher takes a rank that leaves without this for one that has died, and ends the others.
    atexit { if !Ranks.hasFailed { try? Ranks.joined?.finalize() } }
    return world
  }

  /// Says one line on the standard error: the library cannot mend what it tells of.
  static func tell(_ complaint: String) {
    let line = Array("CNNDist: \(complaint)\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }  // it matters to nobody if that fails
  }

  /// This process's environment.
  static var environment: [String: String] { ProcessInfo.processInfo.environment }
}
