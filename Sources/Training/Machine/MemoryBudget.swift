import Collectives

/// The bytes that a rank may take, and who says so.
public struct MemoryBudget: Equatable, Sendable {
  /// How many.
  package let bytes: Int
  /// Where they come from, as a clause: `there are 4.0 GB to be had for the 2 ranks of a host`.
  package let reason: String
  /// Whether the user named them.
  package let isAsked: Bool
  /// How many ranks of a host have as much each.
  package let ranks: Int

  /// What was asked for with `--memory`, or else this rank's share of what its host has. A limit of the process counts in
  /// any case.
  ///
  /// - Parameter communicator: the ranks, which share their hosts' memory and need alike.
  public init(_ asked: Int?, _ communicator: any Communicator) {
    let ranks = communicator.hosts.count { $0 == communicator.hosts[communicator.rank] }
    self.init(asked: asked, ranks: ranks, shared: HostMemory.shared, own: HostMemory.own)
  }

  /// The same on a host of `shared` bytes with `ranks` ranks, each of which may have `own` bytes at the most.
  package init(asked: Int? = nil, ranks: Int, shared: Int, own: Int?) {
    let share = asked ?? shared / ranks
    bytes = min(share, own ?? .max)
    self.ranks = ranks
    isAsked = asked != nil && bytes == share
    reason =
      bytes < share
      ? "a process may have \(Self.text(bytes))"
      : asked != nil
        ? "--memory leaves \(Self.text(share))\(ranks > 1 ? " to each" : "")"
        : "there are \(Self.text(shared)) to be had\(ranks > 1 ? " for the \(ranks) ranks of a host" : "")"
  }

  /// `1.4 GB`, `310 MB`.
  package static func text(_ bytes: Int) -> String {
    bytes >= 10_000_000_000
      ? "\(bytes / 1_000_000_000) GB"
      : bytes >= 1_000_000_000 ? "\(bytes / 1_000_000_000).\(bytes / 100_000_000 % 10) GB" : "\(bytes / 1_000_000) MB"
  }
}
