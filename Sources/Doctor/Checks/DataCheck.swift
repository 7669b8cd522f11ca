import Files
import Training

/// Whether the data set is there and whole, and the same on all hosts.
struct DataCheck: Check {
  static let name = "data"

  struct Notes: Codable {
    /// What it is, and its digest, where it could be opened.
    var description: String?
    var digest: String?
    /// Why it could not.
    var flaw: String?
    /// Whether files are missing, not damaged.
    var isMissing = false
  }

  /// Once for a host.
  func look(_ scene: Scene) -> Notes? {
    guard let open = scene.intent.data, scene.looksForHost else { return nil }
    do {
      let (description, digest) = try open()
      return Notes(description: description, digest: digest)
    } catch {
      return Notes(flaw: "\(error)", isMissing: (error as? FileError)?.kind == .missing)
    }
  }

  func judge(_ sightings: [Notes?], _ scene: Scene) -> [Finding] {
    let dataset = scene.intent.dataset
    // The default data set may not be the one that is wanted.
    let grade = dataset.isNamed ? Finding.Grade.serious : .advice
    let seen = scene.firsts.compactMap { rank in sightings[rank].map { (rank: rank, sighting: $0) } }
    if let (rank, sighting) = seen.first(where: { $0.sighting.flaw != nil }), let flaw = sighting.flaw {
      return [
        Finding(
          grade,
          "the data set \(dataset.name) \(sighting.isMissing ? "is not there" : "cannot be read")\(scene.places([rank])): \(flaw)",
          why: "`train` would end before its first step",
          remedy: Self.remedy(dataset.name, scene.intent.dataPath, isMissing: sighting.isMissing))
      ]
    }
    guard let first = seen.first else { return [] }
    if let other = seen.first(where: { $0.sighting.digest != first.sighting.digest }) {
      return [
        Finding(
          .serious,
          "the data set \(dataset.name) of \(scene.hosts[other.rank]) is not that of \(scene.hosts[first.rank])",
          why: "ranks must have the same samples, and `train` refuses others",
          remedy: "rsync -a --checksum DIR/ \(scene.hosts[other.rank]):DIR/  # DIR being its folder")
      ]
    }
    return [.ok(first.sighting.description ?? dataset.name)]
  }

  /// The line that gets a data set that is to be had.
  private static func remedy(_ dataset: String, _ path: String?, isMissing: Bool) -> String {
    switch dataset {
    case "cifar10", "cifar100": "cnn-dist fetch \(dataset)\(path.map { " --data \($0)" } ?? "")"
    case "fashion-mnist": "apt-get install dataset-fashion-mnist"
    default: isMissing ? "--data PATH  # where its files are" : "cnn-dist data --dataset \(dataset) --data PATH"
    }
  }
}
