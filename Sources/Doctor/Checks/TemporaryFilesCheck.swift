import Glibc
import Training

/// Whether Open MPI can keep its own files while a job runs: without them nothing starts, and its words for that name no folder.
struct TemporaryFilesCheck: Check {
  static let name = "temporary files"
  static let isQuick = true

  struct Sighting: Codable {
    let folder: String
    let free: Int
    let isWritable: Bool
  }

  /// What its daemon and its ranks have lain down there, rounded up.
  private static let needed = 16 << 20

  func look(_ scene: Scene) -> Sighting {
    // As Open MPI looks for it.
    let names = ["OMPI_MCA_orte_tmpdir_base", "TMPDIR", "TEMP", "TMP"]
    let folder = names.lazy.compactMap { getenv($0) }.map { String(cString: $0) }.first { !$0.isEmpty } ?? "/tmp"
    return Sighting(folder: folder, free: FileSystem(folder)?.free ?? 0, isWritable: access(folder, W_OK | X_OK) == 0)
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    let findings = scene.firsts.compactMap { rank -> Finding? in
      let (seen, place) = (sightings[rank], scene.places([rank]))
      guard !seen.isWritable || seen.free < Self.needed else { return nil }
      return Finding(
        // Whoever is alone needs none.
        scene.neighbours(of: rank) > 1 || sightings.count > 1 ? .serious : .advice,
        seen.isWritable
          ? "\(seen.folder) has \(MemoryBudget.text(seen.free)) left\(place)"
          : "\(seen.folder) cannot be written to\(place)",
        why:
          "mpirun and the ranks keep up to \(MemoryBudget.text(Self.needed)) of files there, and do not start without",
        remedy: "export TMPDIR=/var/tmp  # or another folder of the host's own with room")
    }
    guard findings.isEmpty else { return findings }
    let least = sightings.min { $0.free < $1.free }
    return [.ok(least.map { "\($0.folder) has \(MemoryBudget.text($0.free)) left" } ?? "")]
  }
}
