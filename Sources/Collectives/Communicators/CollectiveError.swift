/// Why ranks could not work together. The process cannot go on; `Communicator.abort` ends all others too.
public enum CollectiveError: Error, Equatable, CustomStringConvertible {
  /// MPI refused `call`, and says why.
  case failed(call: String, reason: String)
  /// Nothing came from these ranks for so long; the list is empty where MPI does not tell which.
  case peerSilent(ranks: [Int], seconds: Int, operation: String)
  /// One message would hold more elements than MPI can count.
  case messageTooLong(call: String, count: Int)
  /// SLURM started several tasks, but did not connect them.
  case notConnected(tasks: Int)

  /// The exit code that belongs to it: 64 for a wrong launch, otherwise 69.
  public var exitCode: Int32 {
    switch self {
    case .notConnected: 64
    case .failed, .peerSilent, .messageTooLong: 69
    }
  }

  /// What happened, and what to do.
  public var description: String {
    switch self {
    case .failed(let call, let reason):
      "\(call): \(reason)"
    case .peerSilent(let ranks, let seconds, let operation):
      "\(operation): nothing from \(Self.name(ranks)) for \(seconds) s; see whether it still runs, and resume from the "
        + "last checkpoint"
    case .messageTooLong(let call, let count):
      "\(call): a message holds at most \(Int32.max) elements, found \(count); use smaller buckets"
    case .notConnected(let tasks):
      "SLURM started \(tasks) tasks that do not know of each other; start them with `srun --mpi=pmix` or `mpirun`, or a "
        + "single one with `srun -n 1`"
    }
  }

  /// `peerSilent` with the deadline in seconds, rounded up.
  static func silent(_ ranks: [Int], _ deadline: Duration, _ operation: String) -> CollectiveError {
    let (seconds, attoseconds) = deadline.components
    return .peerSilent(ranks: ranks, seconds: Int(seconds) + (attoseconds > 0 ? 1 : 0), operation: operation)
  }

  private static func name(_ ranks: [Int]) -> String {
    switch ranks.count {
    case 0: "some rank"
    case 1: "rank \(ranks[0])"
    default: "ranks \(ranks.map(String.init).joined(separator: ", "))"
    }
  }
}
