import Collectives
import Tensors

/// A communicator that spoils one received message, as broken memory or a broken link would: it flips a bit of the
/// message's first float, the highest of its fraction: a lower one might vanish when the sum or the update is rounded. Everything else is the true communicator's.
final class FlippingCommunicator: Communicator {
  /// What a receive's memory holds until its message has come: a NaN that no gradient has.
  private static let canary = Float(bitPattern: 0x7FC0_5EED)

  private let base: any Communicator
  private let tag: Int
  private var remaining: Int
  private var awaited: MutableFloatBuffer?

  /// Spoils the `number`-th message, counted from 1, that is received with `tag` by way of `base`.
  init(_ base: any Communicator, tag: Int, number: Int) {
    self.base = base
    self.tag = tag
    remaining = number
  }

  var rank: Int { base.rank }
  var size: Int { base.size }
  var hosts: [String] { base.hosts }
  var nodes: [Int] { base.nodes }
  var sharesCores: Bool {
    get { base.sharesCores }
    set { base.sharesCores = newValue }
  }
  var deadline: Duration? {
    get { base.deadline }
    set { base.deadline = newValue }
  }

  func allGather(_ text: String) throws(CollectiveError) -> [String] { try base.allGather(text) }
  func broadcast(_ text: String, from root: Int) throws(CollectiveError) -> String {
    try base.broadcast(text, from: root)
  }
  func broadcast(_ floats: MutableFloatBuffer, from root: Int) throws(CollectiveError) {
    try base.broadcast(floats, from: root)
  }
  func barrier() throws(CollectiveError) { try base.barrier() }
  func combineDisjoint(_ values: inout [Double]) throws(CollectiveError) { try base.combineDisjoint(&values) }
  func send(_ floats: FloatBuffer, to peer: Int, tag: Int, in transfers: inout Transfers) throws(CollectiveError) {
    try base.send(floats, to: peer, tag: tag, in: &transfers)
  }
  func sum(_ floats: MutableFloatBuffer, in transfers: inout Transfers) throws(CollectiveError) {
    try base.sum(floats, in: &transfers)
  }
  func abort(code: Int32) -> Never { base.abort(code: code) }
  func finalize() throws(CollectiveError) { try base.finalize() }

  func receive(
    into floats: MutableFloatBuffer, from peer: Int, tag: Int, in transfers: inout Transfers
  ) throws(CollectiveError) {
    if tag == self.tag {
      remaining -= 1
      if remaining == 0 {
        floats[0] = Self.canary
        awaited = floats
      }
    }
    try base.receive(into: floats, from: peer, tag: tag, in: &transfers)
  }

  func advance(_ transfers: inout Transfers) throws(CollectiveError) {
    try base.advance(&transfers)
    // MPI writes a message from its start on and never writes a float twice.
    if let message = awaited, message[0].bitPattern != Self.canary.bitPattern {
      message[0] = Float(bitPattern: message[0].bitPattern ^ 1 << 22)
      awaited = nil
    }
  }
}
