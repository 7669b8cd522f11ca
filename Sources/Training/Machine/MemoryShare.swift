import Collectives

/// A rank's share of its host's memory for all that it is going to train, measured before the first of it: later, what others
/// take of their own shares is not to be had any more, and is no reason to take less.
public struct MemoryShare: Equatable, Sendable {
  /// How many bytes it is.
  package let bytes: Int
  /// How many ranks of the host have as much each.
  package let ranks: Int
  /// What the process had taken before.
  private let before: Int

  /// This rank's, as things stand.
  public init(_ communicator: any Communicator) {
    self.init(
      bytes: HostMemory.shared / communicator.ranksOnHost, ranks: communicator.ranksOnHost, before: HostMemory.taken)
  }

  /// Of a host with `ranks` ranks, for a process that has taken so much already.
  package init(bytes: Int, ranks: Int, before: Int) {
    (self.bytes, self.ranks, self.before) = (bytes, ranks, before)
  }

  /// What is left of it now: data that the rank has in memory, or works on with others of its host, have taken of it.
  package var left: Int { left(taken: HostMemory.taken) }

  /// The same where the process has taken `taken` bytes.
  package func left(taken: Int) -> Int { max(0, bytes - max(0, taken - before)) }
}
