import Collectives
import Files
import Hosts

extension Communicator {
  /// This rank and the others of its host, to open data together. Where processes of a host cannot see one another's open
  /// files, as in containers of their own, each is a team by itself. All ranks call it.
  ///
  /// - Throws: `SharedFailure` where the system refuses memory on any rank; `CollectiveError` when one is lost.
  public func makeHostTeam() throws -> HostTeam {
    let members = nodes.indices.filter { nodes[$0] == nodes[rank] }
    let first = members.first ?? rank
    let own = try together { rank == first ? try SharedFile() : nil }
    let places = try allGather(own.map { "\($0.place.process) \($0.place.descriptor)" } ?? "")
    let numbers = places[first].split(separator: " ").compactMap { Int($0) }
    let shared = Result { () throws(FileError) in
      if let own { return own }
      return try SharedFile(at: SharedFile.Place(process: numbers[0], descriptor: numbers[1]))
    }
    let complaints = try allGather(shared.complaint)
    if let complaint = members.map({ complaints[$0] }).first(where: { !$0.isEmpty }) {
      if rank == first {
        Remark.make(
          .mappings, "the ranks of \(hosts[rank]) cannot share memory (\(complaint)): each reads the data for itself")
      }
      return try together { try HostTeam.alone(memory: HostMemory.shared / members.count) }
    }
    return try together {
      try HostTeam(
        rank: members.firstIndex(of: rank) ?? 0, size: members.count, file: shared.get(), memory: HostMemory.shared)
    }
  }
}

extension Result {
  /// What went wrong; empty where nothing did.
  fileprivate var complaint: String { if case .failure(let error) = self { "\(error)" } else { "" } }
}
