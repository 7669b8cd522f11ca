import Collectives
import Runs

/// The bytes that a rank may take, and who says so.
public struct MemoryBudget: Equatable, Sendable {
  /// How many.
  package let bytes: Int
  /// Where they come from, as a clause: `there are 4.0 GB to be had for the 2 ranks of a host`.
  package let reason: String
  /// What makes it more, as a clause: `a larger --memory allows it`; nil where only another machine has more.
  package let remedy: String?
  /// How many ranks of a host have as much each.
  package let ranks: Int

  private let asked: Int?
  private let shared: Int
  private let own: Int?

  /// What was asked for with `--memory`, or else this rank's share of what its host has. A limit of the process counts in
  /// any case.
  ///
  /// - Parameters:
  ///   - asked: the bytes of `--memory`; nil where it is not given.
  ///   - communicator: the ranks, which share their hosts' memory and need alike.
  public init(_ asked: Int?, _ communicator: any Communicator) {
    self.init(asked: asked, ranks: communicator.ranksOnHost, shared: HostMemory.shared, own: HostMemory.own)
  }

  /// The same where ranks train one thing after the other beside groups of others: what is left of this rank's `share`.
  public init(_ asked: Int?, _ share: MemoryShare) {
    self.init(asked: asked, ranks: share.ranks, shared: share.left * share.ranks, own: HostMemory.own)
  }

  /// The same on a host of `shared` bytes with `ranks` ranks, each of which may map `own` bytes at the most.
  package init(asked: Int? = nil, ranks: Int, shared: Int, own: Int?) {
    self.init(asked: asked, ranks: ranks, shared: shared, own: own, threads: nil)
  }

  private init(asked: Int?, ranks: Int, shared: Int, own: Int?, threads: Int?) {
    let share = asked ?? shared / ranks
    bytes = min(share, own ?? .max)
    (self.asked, self.shared, self.own, self.ranks) = (asked, shared, own, ranks)
    remedy =
      bytes < share ? "a larger ulimit -v allows it" : asked != nil ? "a larger --memory allows it" : nil
    reason =
      bytes < share
      ? "ulimit -v leaves \(Self.text(bytes))\(threads.map { " beside what \($0) thread\($0 == 1 ? " maps" : "s map")" } ?? "")"
      : asked != nil
        ? "--memory leaves \(Self.text(share))\(ranks > 1 ? " to each" : "")"
        : "there are \(Self.text(shared)) to be had\(ranks > 1 ? " for the \(ranks) ranks of a host" : "")"
  }

  /// What is left of it for a rank of `threads` compute threads: where a process may map only so much, each of them takes its
  /// part of that. OpenBLAS waits for ever for a buffer that it cannot map.
  package func beside(threads: Int) -> MemoryBudget {
    MemoryBudget(
      asked: asked, ranks: ranks, shared: shared, own: own.map { max(0, $0 - threads * Self.mappedByThread) },
      threads: threads)
  }

  /// What a compute thread maps, most of it for nothing: OpenBLAS's buffer of 128 MiB, the allocator's heap of 64, a stack.
  package static let mappedByThread = 210_000_000

  /// Makes sure that a process may map as much as computing takes at the least (`ulimit -v`), before anything is computed.
  ///
  /// - Throws: `UsageError` with both.
  public static func checkLeast() throws(UsageError) {
    let least = mappedByThread + MemoryNeed.program.bytes
    guard let own = HostMemory.own, own < least else { return }
    throw UsageError(
      "ulimit -v leaves \(text(own)), and a process that computes maps \(text(least, isNeed: true)) at the least: a larger "
        + "ulimit -v allows it")
  }

  /// `1.4 GB`, `310 MB`: rounded down, or up where it is what is needed.
  package static func text(_ bytes: Int, isNeed: Bool = false) -> String {
    let unit = bytes >= 10_000_000_000 ? 1_000_000_000 : bytes >= 1_000_000_000 ? 100_000_000 : 1_000_000
    let bytes = isNeed ? (bytes + unit - 1) / unit * unit : bytes
    return bytes >= 10_000_000_000
      ? "\(bytes / 1_000_000_000) GB"
      : bytes >= 1_000_000_000 ? "\(bytes / 1_000_000_000).\(bytes / 100_000_000 % 10) GB" : "\(bytes / 1_000_000) MB"
  }
}
