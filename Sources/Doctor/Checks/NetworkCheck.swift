/// Whether MPI would look for other hosts where there are none.
struct NetworkCheck: Check {
  static let name = "network"
  static let isQuick = true

  struct Sighting: Codable {
    let interfaces: [Interface]
    /// The one that leads to other hosts.
    var standard: String?
    /// What the user has said of interfaces, by the variable.
    let settings: [String]
  }

  func look(_ scene: Scene) -> Sighting {
    let (interfaces, standard) = Interface.all()
    let settings = ["btl_tcp_if_include", "btl_tcp_if_exclude"].map { "OMPI_MCA_\($0)" }
    return Sighting(
      interfaces: interfaces, standard: standard, settings: settings.filter { scene.environment[$0] != nil })
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    let own = sightings[0]
    if let setting = own.settings.first {
      return [.ok("\(setting) says which interfaces MPI takes: \(scene.environment[setting] ?? "")")]
    }
    let hasHosts = scene.firsts.count > 1
    if let (rank, bridge) = bridge(sightings, scene) {
      let standard = sightings[rank].standard ?? "eth0"
      return [
        Finding(
          hasHosts ? .serious : .advice,
          "\(bridge.name) has the address \(bridge.address)\(scene.places([rank])), and no other host is behind it",
          why:
            "hosts that have such a bridge each take one another's for a way to themselves: messages between them get lost, and "
            + "a run hangs at its start",
          remedy: "mpirun --mca btl_tcp_if_include \(standard) --mca oob_tcp_if_include \(standard)")
      ]
    }
    if let lonely = scene.firsts.first(where: { !sightings[$0].interfaces.contains { !$0.isLocal } }) {
      return [
        Finding(
          hasHosts ? .serious : .advice, "there is no network but the loopback\(scene.places([lonely]))",
          why: "no other host can be reached", remedy: "ip link; ip addr  # what is there, and what is down")
      ]
    }
    let names = own.interfaces.filter { !$0.isLocal }.map { "\($0.name) (\($0.address))" }
    return [.ok("MPI finds \(names.joined(separator: ", "))")]
  }

  /// The first bridge that MPI would take for a way to others: one whose address is on two hosts, if there is such.
  private func bridge(_ sightings: [Sighting], _ scene: Scene) -> (rank: Int, bridge: Interface)? {
    let all = scene.firsts.flatMap { rank in
      sightings[rank].interfaces.filter { $0.isLocal && !$0.isLoopback }.map { (rank: rank, bridge: $0) }
    }
    let shared = all.first { one in all.contains { $0.rank != one.rank && $0.bridge.address == one.bridge.address } }
    return shared ?? all.first
  }
}
