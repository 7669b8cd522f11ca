import Collectives
import Files
import Hosts
import Runs

extension Communicator {
  /// This rank and the others of its host, to open data together. Where processes of a host cannot see one another's open
  /// files, as in containers of their own, each is a team by itself. All ranks call it.
  ///
  /// - Throws: `SharedFailure` where the system refuses memory on any rank; `CollectiveError` when one is lost.
  public func makeHostTeam() throws -> HostTeam {
    let members = nodes.indices.filter { nodes[$0] == nodes[rank] }
    let first = members.first ?? rank
    // Where these are a group, others of the host open data of their own.
    let memory = HostMemory.shared / max(ranksOnHost, members.count) * members.count
    let own = try together { rank == first ? try SharedFile() : nil }
    let places = try allGather(try together { try own.map { try JSON.line($0.place()) } ?? "" })
    let place = try JSON.decode(SharedFile.Place.self, places[first])
    let shared = Result { () throws(FileError) in
      if let own { return own }
      return try SharedFile(at: place)
    }
    let complaints = try allGather(shared.complaint)
    if let complaint = members.map({ complaints[$0] }).first(where: { !$0.isEmpty }) {
      if rank == first {
        Remark.make(
          .mappings, "the ranks of \(hosts[rank]) cannot share memory (\(complaint)): each reads the data for itself")
      }
      return try together { try HostTeam.alone(memory: memory / members.count) }
    }
    return try together {
      try HostTeam(
        rank: members.firstIndex(of: rank) ?? 0, size: members.count, file: shared.get(), memory: memory)
    }
  }
}

extension Result {
  /// What went wrong; empty where nothing did.
  fileprivate var complaint: String { if case .failure(let error) = self { "\(error)" } else { "" } }
}
