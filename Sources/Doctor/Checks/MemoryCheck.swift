import Hosts
import Training

/// Whether each rank's share of its host's memory is enough.
struct MemoryCheck: Check {
  static let name = "memory"

  struct Sighting: Codable {
    /// What the ranks of this host may have together.
    let shared: Int
    /// What a process may map beside what its threads do; nil for no limit.
    var own: Int?
    /// What the machine has.
    let physical: Int
    /// What this rank needs; nil where that is not known.
    var need: Int?
  }

  func look(_ scene: Scene) -> Sighting {
    Sighting(
      shared: HostMemory.shared,
      own: HostMemory.own.map { max(0, $0 - (scene.intent.threads ?? 1) * MemoryBudget.mappedByThread) },
      physical: PhysicalMemory.bytes,
      need: scene.intent.memoryNeed?(scene.rank, scene.size))
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    /// What each rank of a host may have.
    func share(_ rank: Int) -> Int {
      min(sightings[rank].shared / scene.neighbours(of: rank), sightings[rank].own ?? .max)
    }
    let least = scene.firsts.min { share($0) < share($1) } ?? 0
    let text = { (bytes: Int) in MemoryBudget.text(bytes) }
    let words = "\(text(share(least))) for each rank\(scene.places([least])), of \(text(sightings[least].physical))"
    guard let need = sightings.compactMap(\.need).max() else { return [.ok(words)] }
    guard need > share(least) else { return [.ok("\(words); this training takes \(text(need))")] }
    let isLimit = sightings[least].own.map { $0 <= sightings[least].shared } ?? false
    return [
      Finding(
        .serious, "there are \(words), and this training takes \(text(need))",
        why: "`train` refuses what does not fit, before the kernel ends it half way",
        remedy: isLimit
          ? "ulimit -v unlimited" : scene.neighbours(of: least) > 1 ? "mpirun --map-by ppr:1:node" : "--slice 16")
    ]
  }
}
