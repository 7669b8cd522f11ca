import Tensors

/// All ranks of a run, seen from one of them.
///
/// Every function that waits gives up after `deadline` without progress and throws `CollectiveError.peerSilent`: no rank
/// hangs because another has failed. A rank that is busy with something else says so with `aside`, and is waited for. All
/// calls come from one thread. After an error the only way on is `abort`, because MPI may still write to buffers of
/// operations that were not completed.
public protocol Communicator: AnyObject {
  /// This rank, in `0..<size`.
  var rank: Int { get }
  /// The number of ranks.
  var size: Int { get }
  /// The host name of each rank.
  var hosts: [String] { get }
  /// For each rank, the lowest of those that share its machine's memory.
  var nodes: [Int] { get }
  /// How many ranks run on this rank's host, those outside of a group included.
  var ranksOnHost: Int { get }
  /// Whether there are no other ranks at all, not even outside of a group.
  var isAlone: Bool { get }
  /// Whether waiting sleeps between two looks and so gives the core away at once, as others need it; false until it is set.
  var sharesCores: Bool { get set }
  /// How long to wait for a sign of life from other ranks; nil for ever.
  var deadline: Duration? { get set }
  /// Whether some rank wishes to stop.
  var stop: StopRequest { get }
  /// What the ranks are at, such as `step 8`, for what is said where one of them is lost; empty until it is set.
  var occasion: String { get set }

  /// Every rank's text, in rank order. All ranks call it.
  func allGather(_ text: String) throws(CollectiveError) -> [String]
  /// The text of rank `root`; what the others pass is ignored. All ranks call it.
  func broadcast(_ text: String, from root: Int) throws(CollectiveError) -> String
  /// Overwrites `floats` on every rank with those of rank `root`. All ranks call it with the same count.
  func broadcast(_ floats: MutableFloatBuffer, from root: Int) throws(CollectiveError)
  /// Returns once all ranks have called it.
  func barrier() throws(CollectiveError)
  /// Fills every slot on every rank, where each slot was set by at most one rank and is 0 on all others. All ranks call
  /// it with the same count.
  ///
  /// It is a sum over the ranks, and may be taken in any order: x + 0 = x exactly (only -0 becomes 0).
  func combineDisjoint(_ values: inout [Double]) throws(CollectiveError)

  /// Starts sending `floats`, which must stay as they are until the transfer is complete.
  ///
  /// Messages of one sender with one tag arrive in the order in which they were sent.
  func send(_ floats: FloatBuffer, to peer: Int, tag: Int, in transfers: inout Transfers) throws(CollectiveError)
  /// Starts receiving exactly `floats.count` floats, which must be left alone until the transfer is complete.
  func receive(
    into floats: MutableFloatBuffer, from peer: Int, tag: Int, in transfers: inout Transfers) throws(CollectiveError)
  /// Starts summing `floats` over all ranks in place, in an order of MPI's choice. All ranks start their sums in the same
  /// order.
  func sum(_ floats: MutableFloatBuffer, in transfers: inout Transfers) throws(CollectiveError)
  /// Moves all communication forward, and removes from `transfers` what is complete.
  func advance(_ transfers: inout Transfers) throws(CollectiveError)

  /// Looks after what lies beside the work: tells the others once that this rank wishes to stop, hears that they do, and, where
  /// there is a deadline, tells them now and then that this rank is there, or, with `isAlive`, five times a second that it is to be
  /// waited for. Functions that wait do it too; long work in between should. It does not wait.
  ///
  /// - Returns: whether another rank has said that it lives.
  func attend(isAlive: Bool) throws(CollectiveError) -> Bool
  /// The other ranks of which nothing was heard while this one attended to them for so long. Where the whole job is stopped for a
  /// while, that does not count.
  func unheard(for duration: Duration) -> [Int]

  /// Tells the user something that is no error.
  func remark(_ sentence: String)

  /// The ranks of this rank's group, in the group's order, connected among themselves. Each rank is in one group. All ranks call
  /// it with the same groups.
  func split(into groups: [[Int]]) throws(CollectiveError) -> any Communicator

  /// Ends the processes of all ranks at once, those outside of a group too; the launcher exits with `code`.
  func abort(code: Int32) -> Never
  /// Takes leave; all ranks call it last, of a group before they do so of the whole.
  func finalize() throws(CollectiveError)
}

/// For communicators without other ranks.
extension Communicator {
  /// Nobody else wishes anything.
  public var stop: StopRequest { StopRequest() }
  /// Those whose host has the same name.
  public var ranksOnHost: Int { hosts.count { $0 == hosts[rank] } }
  /// There is nobody but the ranks themselves.
  public var isAlone: Bool { size == 1 }
  /// One group is all.
  public func split(into groups: [[Int]]) throws(CollectiveError) -> any Communicator {
    precondition(groups == [Array(0..<size)], "each rank is in one group, found \(groups)")
    return self
  }
  /// Nobody is lost.
  public var occasion: String {
    get { "" }
    set {}
  }
  /// There is nothing to tell.
  public func remark(_ sentence: String) {}
  /// There is nobody to hear of.
  public func unheard(for duration: Duration) -> [Int] { [] }
  /// There is nobody to tell.
  public func attend(isAlive: Bool) throws(CollectiveError) -> Bool { false }
}
