import Collectives
import Glibc
import Runs

/// Where a training is about to be, as one rank sees it.
public struct Scene: Sendable {
  /// What is going to be done here, as far as it is known.
  public struct Intent: Sendable {
    /// The run's folder; nil for a new one below `runs`.
    public var run: String?
    /// The compute threads of each rank; nil for its share of the cores.
    public var threads: Int?
    /// The bytes of a checkpoint; a run keeps several.
    public var checkpointBytes = 0
    /// The bytes that each rank needs; nil where that is not known.
    public var memoryNeed: (@Sendable (_ rank: Int, _ ranks: Int) -> Int)?
    /// Opens the training data and returns what they are, and their digest. Nil where nobody wants to know.
    public var data: (@Sendable () throws -> (description: String, digest: String))?
    /// The data set's name, and whether the user named it.
    public var dataset = (name: "", isNamed: false)
    /// Where its files are to be, as the user says.
    public var dataPath: String?

    /// Nothing is known.
    public init() {}
  }

  /// This rank.
  package let rank: Int
  /// The host of each rank.
  package let hosts: [String]
  /// For each rank, the lowest of those on its host.
  package let nodes: [Int]
  /// This process's environment.
  package let environment: [String: String]
  /// What is going to be done.
  package let intent: Intent
  /// What the clock on the wall said when all ranks had come, in seconds.
  package let time: Double

  /// Looks around from a rank. All ranks call it.
  ///
  /// - Throws: `CollectiveError` when one is lost.
  public init(
    _ communicator: any Communicator, environment: [String: String], intent: Intent
  ) throws(CollectiveError) {
    try communicator.barrier()
    self.init(
      rank: communicator.rank, hosts: communicator.hosts, nodes: communicator.nodes, environment: environment,
      intent: intent, time: Self.now)
  }

  /// A scene that is made up.
  package init(
    rank: Int = 0, hosts: [String] = ["here"], nodes: [Int] = [0], environment: [String: String] = [:],
    intent: Intent = Intent(), time: Double = 0
  ) {
    (self.rank, self.hosts, self.nodes, self.environment) = (rank, hosts, nodes, environment)
    (self.intent, self.time) = (intent, time)
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// How many ranks there are.
  package var size: Int { hosts.count }
  /// Whether this rank looks for its host: one is enough for what all of its ranks share.
  package var looksForHost: Bool { nodes[rank] == rank }
  /// The first rank of each host.
  package var firsts: [Int] { nodes.indices.filter { nodes[$0] == $0 } }
  /// How many ranks share the host of `rank`.
  package func neighbours(of rank: Int) -> Int { nodes.count { $0 == nodes[rank] } }

  /// ` on node2, node3`, the hosts of these ranks; empty where all are on one.
  package func places(_ ranks: [Int]) -> String {
    guard firsts.count > 1 else { return "" }
    var seen: Set<String> = []
    let names = ranks.map { hosts[$0] }.filter { seen.insert($0).inserted }
    return names.count > 4 ? " on \(names[0]) and \(names.count - 1) others" : " on \(names.joined(separator: ", "))"
  }
}
