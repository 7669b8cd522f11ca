import Glibc
import Tensors

/// One process alone, without MPI: every operation is complete at once.
public final class SoloCommunicator: Communicator {
  /// Always 0.
  public let rank = 0
  /// Always 1.
  public let size = 1
  /// This machine.
  public let hosts: [String]
  /// It is alone.
  public let nodes = [0]
  /// Of no effect, as is `deadline`: there is nobody to wait for.
  public var sharesCores = false
  /// Of no effect.
  public var deadline: Duration? = .seconds(300)
  /// Whether this process wishes to stop.
  public let stop: StopRequest

  /// Needs nothing; stops where `stop` says so.
  public init(stop: StopRequest = StopRequest()) {
    self.stop = stop
    var name = [CChar](repeating: 0, count: 256)
    // The last byte stays 0: POSIX does not promise one when the name is cut short.
    let known = gethostname(&name, name.count - 1) == 0
    let bytes = name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    hosts = [known ? String(decoding: bytes, as: UTF8.self) : "localhost"]
  }

  /// The text itself.
  public func allGather(_ text: String) -> [String] { [text] }

  /// The text itself.
  public func broadcast(_ text: String, from root: Int) -> String {
    precondition(root == 0, "rank \(root) does not exist")
    return text
  }

  /// Leaves the floats as they are.
  public func broadcast(_ floats: MutableFloatBuffer, from root: Int) {
    precondition(root == 0, "rank \(root) does not exist")
  }

  /// Returns at once.
  public func barrier() {}

  /// Leaves the values as they are.
  public func combineDisjoint(_ values: inout [Double]) {}

  /// There is nobody to send to.
  public func send(_ floats: FloatBuffer, to peer: Int, tag: Int, in transfers: inout Transfers) {
    preconditionFailure("rank \(peer) does not exist")
  }

  /// There is nobody to receive from.
  public func receive(into floats: MutableFloatBuffer, from peer: Int, tag: Int, in transfers: inout Transfers) {
    preconditionFailure("rank \(peer) does not exist")
  }

  /// Leaves the floats as they are.
  public func sum(_ floats: MutableFloatBuffer, in transfers: inout Transfers) {}

  /// There is nothing under way.
  public func advance(_ transfers: inout Transfers) {}

  /// Exits.
  public func abort(code: Int32) -> Never { exit(code) }

  /// Does nothing.
  public func finalize() {}
}
