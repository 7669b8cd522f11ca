internal import COpenMPI
import Tensors

/// The small messages that steer a run. Each is MPI's non-blocking variant and a wait with a deadline, because the
/// blocking one would hang if a rank were gone.
extension MPICommunicator {
  /// MPI_Iallgather of the lengths, then MPI_Iallgatherv of the bytes.
  public func allGather(_ text: String) throws(CollectiveError) -> [String] {
    let text = Array(text.utf8)
    return try withMemory(of: Int64.self, count: size) { (lengths) throws(CollectiveError) in
      lengths[rank] = Int64(text.count)
      try wait(for: "MPI_Iallgather") {
        MPI_Iallgather(
          cnn_mpi_in_place(), 0, cnn_mpi_int64(), lengths.baseAddress, 1, cnn_mpi_int64(), handle, &$0)
      }
      var offsets = [0]
      for length in lengths { offsets.append(offsets[offsets.count - 1] + Int(length)) }
      // MPI reads both arrays until it is done, so they are of this kind of memory too.
      return try withMemory(of: Int32.self, count: 2 * size) { (places) throws(CollectiveError) in
        for peer in 0..<size {
          places[peer] = try Self.count(Int(lengths[peer]), for: "MPI_Iallgatherv")
          places[size + peer] = try Self.count(offsets[peer], for: "MPI_Iallgatherv")
        }
        return try withMemory(of: UInt8.self, count: offsets[size]) { (bytes) throws(CollectiveError) in
          for (index, byte) in text.enumerated() { bytes[offsets[rank] + index] = byte }
          try wait(for: "MPI_Iallgatherv") {
            MPI_Iallgatherv(
              cnn_mpi_in_place(), 0, cnn_mpi_byte(), bytes.baseAddress, places.baseAddress,
              places.baseAddress?.advanced(by: size), cnn_mpi_byte(), handle, &$0)
          }
          return (0..<size).map { String(decoding: bytes[offsets[$0]..<offsets[$0 + 1]], as: UTF8.self) }
        }
      }
    }
  }

  /// MPI_Ibcast of the length, then of the bytes.
  public func broadcast(_ text: String, from root: Int) throws(CollectiveError) -> String {
    precondition(0..<size ~= root, "rank \(root) does not exist")
    let text = Array(text.utf8)
    let length = try withMemory(of: Int64.self, count: 1) { (length) throws(CollectiveError) in
      length[0] = Int64(text.count)
      try wait(for: "MPI_Ibcast") { MPI_Ibcast(length.baseAddress, 1, cnn_mpi_int64(), Int32(root), handle, &$0) }
      return Int(length[0])
    }
    let count = try Self.count(length, for: "MPI_Ibcast")
    return try withMemory(of: UInt8.self, count: length) { (bytes) throws(CollectiveError) in
      if rank == root { _ = bytes.update(fromContentsOf: text) }
      try wait(for: "MPI_Ibcast") { MPI_Ibcast(bytes.baseAddress, count, cnn_mpi_byte(), Int32(root), handle, &$0) }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// MPI_Ibcast.
  public func broadcast(_ floats: MutableFloatBuffer, from root: Int) throws(CollectiveError) {
    precondition(0..<size ~= root, "rank \(root) does not exist")
    let count = try Self.count(floats.count, for: "MPI_Ibcast")
    try wait(for: "MPI_Ibcast") { MPI_Ibcast(floats.baseAddress, count, cnn_mpi_float(), Int32(root), handle, &$0) }
  }

  /// MPI_Ibarrier.
  public func barrier() throws(CollectiveError) {
    try wait(for: "MPI_Ibarrier") { MPI_Ibarrier(handle, &$0) }
  }

  /// MPI_Iallreduce with MPI_SUM.
  public func combineDisjoint(_ values: inout [Double]) throws(CollectiveError) {
    let count = try Self.count(values.count, for: "MPI_Iallreduce")
    let own = values
    values = try withMemory(of: Double.self, count: own.count) { (sums) throws(CollectiveError) in
      _ = sums.update(fromContentsOf: own)
      try wait(for: "MPI_Iallreduce") {
        MPI_Iallreduce(
          cnn_mpi_in_place(), sums.baseAddress, count, cnn_mpi_double(), cnn_mpi_sum(), handle, &$0)
      }
      return Array(sums)
    }
  }

  /// Starts an operation of all ranks, and waits until it is complete.
  private func wait(for call: StaticString, _ start: (inout MPI_Request?) -> Int32) throws(CollectiveError) {
    var request: MPI_Request?
    try Self.check(call, start(&request))
    var transfers = Transfers()
    transfers.append(request, peer: nil)
    var patience = Patience(self)
    while true {
      try advance(&transfers)
      if transfers.isEmpty { return }
      if try attend(isAlive: false) { patience.renew() }
      try patience.pause(for: [], in: "\(call)")
    }
  }

  /// Lends `body` zeroed memory for one operation. After an error it is not given back, because MPI may still write to it;
  /// the process is about to end.
  private func withMemory<Element: Numeric, Result>(
    of type: Element.Type, count: Int, _ body: (UnsafeMutableBufferPointer<Element>) throws(CollectiveError) -> Result
  ) throws(CollectiveError) -> Result {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
    memory.initialize(repeating: 0)
    let result = try body(memory)
    memory.deallocate()
    return result
  }
}
