internal import COpenMPI

/// Groups of ranks that work side by side, each on something of its own.
///
/// A group has messages and a deadline of its own. To the ranks outside it is busy for as long as it attends to anything, so
/// whoever waits for it in the whole world gives it up only when nothing is heard of it any more. A wish to stop is one of the
/// whole world, and so is an end by `abort`.
extension MPICommunicator {
  /// MPI_Comm_split, which has no variant that does not block, behind a barrier: all ranks are known to be there.
  public func split(into groups: [[Int]]) throws(CollectiveError) -> any Communicator {
    precondition(groups.joined().sorted() == Array(0..<size), "each rank is in one group, found \(groups)")
    guard let group = groups.firstIndex(where: { $0.contains(rank) }) else { preconditionFailure("checked above") }
    let place = groups[group].firstIndex(of: rank) ?? 0
    try barrier()
    var part = cnn_mpi_comm_null()
    try Self.check("MPI_Comm_split", MPI_Comm_split(handle, Int32(group), Int32(place), &part))
    return MPICommunicator(part, members: groups[group], of: self)
  }

  /// In a group of one there are still those outside.
  public var isAlone: Bool { size == 1 && parent?.isAlone ?? true }

  /// As the whole world has them.
  public var ranksOnHost: Int { parent?.ranksOnHost ?? hosts.count { $0 == hosts[rank] } }
}
