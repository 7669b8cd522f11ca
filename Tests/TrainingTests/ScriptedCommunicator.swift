import Collectives
import Tensors

/// One rank of a world that is not there: what the other ranks say is scripted.
final class ScriptedCommunicator: Communicator {
  let rank: Int
  let size: Int
  var hosts: [String] { (0..<size).map { "host\($0)" } }
  var nodes: [Int] { Array(0..<size) }
  var sharesCores = false
  var deadline: Duration? = .seconds(1)

  private let gathered: (_ own: String) -> [String]
  private let combined: (_ own: [Double]) -> [Double]

  init(
    rank: Int, size: Int, gathered: @escaping (String) -> [String] = { [$0] },
    combined: @escaping ([Double]) -> [Double] = { $0 }
  ) {
    self.rank = rank
    self.size = size
    self.gathered = gathered
    self.combined = combined
  }

  func allGather(_ text: String) -> [String] { gathered(text) }
  func combineDisjoint(_ values: inout [Double]) { values = combined(values) }

  func broadcast(_ text: String, from root: Int) -> String { text }
  func broadcast(_ floats: MutableFloatBuffer, from root: Int) {}
  func barrier() {}
  func send(_ floats: FloatBuffer, to peer: Int, tag: Int, in transfers: inout Transfers) {}
  func receive(into floats: MutableFloatBuffer, from peer: Int, tag: Int, in transfers: inout Transfers) {}
  func sum(_ floats: MutableFloatBuffer, in transfers: inout Transfers) {}
  func advance(_ transfers: inout Transfers) {}
  func abort(code: Int32) -> Never { fatalError("nobody is to abort") }
  func finalize() {}
}
