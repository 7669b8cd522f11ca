import Glibc
import Training

/// Whether ranks of one host can hand one another messages in memory.
struct SharedMemoryCheck: Check {
  static let name = "shared memory"
  static let isQuick = true

  struct Sighting: Codable {
    let free: Int
    let total: Int
    let isWritable: Bool
  }

  /// What Open MPI lays out for each rank.
  private static let segment = 4 << 20
  private static let folder = "/dev/shm"

  func look(_ scene: Scene) -> Sighting {
    let system = FileSystem(Self.folder)
    return Sighting(
      free: system?.free ?? 0, total: system?.total ?? 0, isWritable: access(Self.folder, W_OK) == 0)
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    let findings = scene.firsts.compactMap { rank -> Finding? in
      let (seen, ranks, place) = (sightings[rank], scene.neighbours(of: rank), scene.places([rank]))
      // Whoever is alone needs none now; two ranks are the least that a launch here would have.
      let needed = max(2, ranks) * Self.segment
      let grade = ranks > 1 ? Finding.Grade.serious : .advice
      guard seen.isWritable else {
        return Finding(
          grade, "\(Self.folder) cannot be written to\(place)",
          why: "Open MPI hands messages between ranks of a host over there",
          remedy: "mount -o remount,rw \(Self.folder)")
      }
      guard seen.free < needed else { return nil }
      return Finding(
        grade, "\(Self.folder) has \(MemoryBudget.text(seen.free)) left of \(MemoryBudget.text(seen.total))\(place)",
        why:
          "Open MPI takes \(MemoryBudget.text(needed)) of it for \(max(2, ranks)) ranks, and fails or goes slow ways without",
        remedy: "mount -o remount,size=1G \(Self.folder)  # of a container: docker run --shm-size 1g")
    }
    guard findings.isEmpty else { return findings }
    let least = sightings.map(\.free).min() ?? 0
    return [.ok("\(Self.folder) has \(MemoryBudget.text(least)) left")]
  }
}
