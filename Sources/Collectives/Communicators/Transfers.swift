/// Messages that are under way together, with the rank at their other end.
///
/// A group instead of single handles: MPI tests a whole array of requests in one call.
public struct Transfers {
  /// MPI's handles, and beside each the rank it waits for (none for an operation of all ranks).
  private(set) var requests: [OpaquePointer?] = []
  private(set) var peers: [Int?] = []

  /// No messages.
  public init() {}

  /// Whether all are complete.
  public var isEmpty: Bool { requests.isEmpty }
  /// How many are not complete.
  public var count: Int { requests.count }
  /// The ranks that they wait for, each once, in order.
  public var silentRanks: [Int] { Set(peers.compactMap(\.self)).sorted() }

  mutating func append(_ request: OpaquePointer?, peer: Int?) {
    requests.append(request)
    peers.append(peer)
  }

  /// Lets `body` change the handles, then removes those that have become `null`, MPI's sign of completion.
  mutating func update<E: Error>(
    null: OpaquePointer?, _ body: (UnsafeMutableBufferPointer<OpaquePointer?>) throws(E) -> Void
  ) throws(E) {
    try requests.withUnsafeMutableBufferPointer { (buffer) throws(E) in try body(buffer) }
    for index in requests.indices.reversed() where requests[index] == null {
      requests.swapAt(index, requests.count - 1)
      requests.removeLast()
      peers.swapAt(index, peers.count - 1)
      peers.removeLast()
    }
  }
}
