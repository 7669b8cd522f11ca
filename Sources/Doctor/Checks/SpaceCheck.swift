import Training

/// Whether a run's checkpoints find room.
struct SpaceCheck: Check {
  static let name = "space"
  static let isQuick = true

  struct Notes: Codable {
    /// The folder that was asked for, or the nearest above it.
    let folder: String
    let free: Int
    let isReadOnly: Bool
  }

  /// A run keeps the last three checkpoints and the best, and writes another before it removes one.
  private static let kept = 5

  /// Rank 0 alone writes.
  func look(_ scene: Scene) -> Notes? {
    guard scene.rank == 0 else { return nil }
    let folder = existingFolder(of: scene.intent.run ?? "runs")
    return FileSystem(folder).map { Notes(folder: folder, free: $0.free, isReadOnly: $0.isReadOnly) }
  }

  func judge(_ sightings: [Notes?], _ scene: Scene) -> [Finding] {
    guard let seen = sightings[0] else { return [] }
    let text = { (bytes: Int) in MemoryBudget.text(bytes) }
    let needed = Self.kept * scene.intent.checkpointBytes
    if seen.isReadOnly {
      return [
        Finding(
          .serious, "\(seen.folder) is on a file system that is mounted to be read only",
          why: "a run writes its metrics and checkpoints there", remedy: "--run DIR  # a folder that can be written to")
      ]
    }
    guard seen.free < needed else {
      return [.ok("\(seen.folder) has \(text(seen.free)) left; a run's checkpoints take \(text(needed))")]
    }
    return [
      Finding(
        .serious, "\(seen.folder) has \(text(seen.free)) left, and a run's checkpoints take \(text(needed))",
        why: "a run that cannot write its checkpoint ends, with all since the one before",
        remedy: "--run DIR  # a folder on a larger disk")
    ]
  }
}
