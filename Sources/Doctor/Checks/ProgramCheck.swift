import Runs
import Training

/// Whether all ranks run the same program.
struct ProgramCheck: Check {
  static let name = "program"

  struct Sighting: Codable, Hashable {
    let version: String
    /// Of the program's file; empty where it cannot be read.
    let digest: String
  }

  func look(_ scene: Scene) -> Sighting {
    let digest = Result { try ProgramFile.digest() }
    return Sighting(version: RunConfiguration.currentVersion, digest: (try? digest.get()) ?? "")
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    let words = { (rank: Int) in "cnn-dist \(sightings[rank].version) (\(sightings[rank].digest.prefix(12)))" }
    guard let (rank, other) = Dissent.first(in: sightings) else {
      return [.ok(scene.size == 1 ? words(0) : "all ranks run \(words(0))")]
    }
    return [
      Finding(
        .serious,
        "rank \(rank) on \(scene.hosts[rank]) is \(words(rank)), but rank \(other) on \(scene.hosts[other]) \(words(other))",
        why: "ranks of different programs may compute different numbers, and `train` refuses them",
        remedy:
          "scp \(scene.hosts[other]):\(CommandLine.arguments[0]) \(CommandLine.arguments[0])  # on \(scene.hosts[rank])"
      )
    ]
  }
}
