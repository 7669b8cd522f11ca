/// Why ranks could not work together. The process cannot go on; `Communicator.abort` ends all others too.
public enum CollectiveError: Error, Equatable, CustomStringConvertible {
  /// MPI refused `call`, and says why.
  case failed(call: String, reason: String)
  /// Nothing came from these ranks, on these hosts as far as they are known, for so long. The list is empty where all others
  /// were heard of, and still nothing moved.
  case peerSilent(ranks: [Int], hosts: [String] = [], seconds: Int, operation: String)
  /// One message would hold more elements than MPI can count.
  case messageTooLong(call: String, count: Int)
  /// A launcher started so many processes, as a variable of its tells, but MPI connects this one to no other.
  case notConnected(tasks: Int, variable: String)

  /// The exit code of a process that has given another up.
  static let lostCode: Int32 = 69

  /// The exit code that belongs to it: 64 for a wrong launch, otherwise 69.
  public var exitCode: Int32 {
    switch self {
    case .notConnected: 64
    case .failed, .peerSilent, .messageTooLong: Self.lostCode
    }
  }

  /// What happened, and what to do.
  public var description: String {
    switch self {
    case .failed(let call, let reason):
      "\(call): \(reason)"
    case .peerSilent(let ranks, let hosts, let seconds, let operation):
      "\(operation): nothing from \(Self.name(ranks, hosts)) for \(seconds) s; see whether it still runs, and start again, a "
        + "training with --resume"
    case .messageTooLong(let call, let count):
      "\(call): a message holds at most \(Int32.max) elements, found \(count); use smaller buckets"
    case .notConnected(let tasks, let variable):
      "the launcher started \(tasks) processes (\(variable)), but this one finds itself in a world of 1: start them with Open "
        + "MPI's `mpirun` or with `srun --mpi=pmix`, or a single one by itself, without \(variable) in its environment"
    }
  }

  /// MPI has not started for so long, because it waits for a rank.
  static func notStarted(_ limit: Duration) -> CollectiveError {
    .failed(
      call: "MPI_Init_thread",
      reason:
        "not all ranks have started MPI within \(seconds(limit)) s: one may have left before, or run another program; "
        + "`--timeout S` waits longer")
  }

  /// A duration in seconds, rounded up.
  static func seconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    return Int(seconds) + (attoseconds > 0 ? 1 : 0)
  }

  /// A call of MPI's has not come back for so long.
  static func stuck(_ call: String, _ limit: Duration) -> CollectiveError {
    .failed(
      call: call,
      reason:
        "has not come back for \(seconds(limit)) s: a rank that it waits for is stopped or lost; start again, a "
        + "training with --resume")
  }

  private static func name(_ ranks: [Int], _ hosts: [String]) -> String {
    if ranks.isEmpty { return "some rank" }
    guard hosts.count == ranks.count else {
      return "\(ranks.count == 1 ? "rank" : "ranks") \(ranks.map(String.init).joined(separator: ", "))"
    }
    return zip(ranks, hosts).map { "rank \($0) on \($1)" }.joined(separator: ", ")
  }
}
