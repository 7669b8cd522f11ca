import Files
import Hosts
import Tensors

/// Data sets whose samples are in files of their own.
public struct SampleFiles {
  /// What the files hold, and what becomes of it.
  public struct Kind: Sendable {
    let format: any SampleFormat

    /// PNG, JPEG, GIF, BMP and WebP files, as viewers show them.
    ///
    /// - Parameters:
    ///   - shape: what all images are resized to, (height, width, 1 or 3), without regard to their proportions; nil for the
    ///     size that they share.
    ///   - channels: how many channels they have without a shape; nil for one where none has colours, and else three.
    public static func images(shape: Shape? = nil, channels: Int? = nil) -> Kind {
      Kind(format: PictureFormat(shape: shape, channels: channels))
    }
  }

  /// What a user calls the data set: `folder`.
  public let name: String
  /// The folder or listing.
  public let place: String
  /// What the files hold.
  public let kind: Kind
  /// What is held back to validate with, where the data set does not say; nil for every 10th of each class.
  public let split: ValidationSplit?

  /// The data set called `name` in `place`.
  public init(_ name: String = "folder", _ place: String, _ kind: Kind = .images(), split: ValidationSplit? = nil) {
    (self.name, self.place, self.kind, self.split) = (name, place, kind, split)
  }

  /// Opens some parts of the data set, those that it has. All processes of the host call it.
  ///
  /// - Throws: `FileError`: missing where there is nothing; malformed for what is no data set to train on, for all files
  ///   together that are broken, and for those that do not go together; failed where they do not fit. What
  ///   `reading.progress` throws; `HostTeam.Abandoned` where another process of the host failed.
  public func open(_ parts: [DataSplits.Part], _ reading: SampleReading) throws -> DataSplits {
    try reading.team.together {
      let listing = try ClassFolders.list(place, kind.format, for: .training, split: split)
      return try open(listing, parts, reading)
    }
  }

  /// Opens what a network is to be judged by. All processes of the host call it.
  ///
  /// That is the named part, or else `test`, or `validation` where there is none; a share of each class where training left it
  /// out. But all of a set that names no parts, unless it is the one that the network was trained on.
  ///
  /// - Parameters:
  ///   - part: nil for the one that there is.
  ///   - digest: that of the run's data, training and validation, one after the other; nil where it is not known.
  ///   - isTrainingWanted: whether the training samples are read, too, where there are some.
  /// - Throws: as `open`, but takes any number of classes.
  public func openToJudge(
    _ part: DataSplits.Part?, trainedOn digest: String?, isTrainingWanted: Bool = false, _ reading: SampleReading
  ) throws -> JudgedData {
    try reading.team.together {
      let listing = try ClassFolders.list(place, kind.format, for: .judging, split: split)
      let noun = kind.format.noun
      if let part, listing.parts[part] == nil {
        throw FileError(.missing, place, "has no \(noun)s for \(part.rawValue)")
      }
      let chosen = part ?? [.test, .validation].first { listing.parts[$0] != nil }
      let isUndivided = listing.origin == .undivided && part == nil
      let wanted: [DataSplits.Part] =
        isTrainingWanted || isUndivided ? [.training] + [chosen].compactMap(\.self) : [chosen].compactMap(\.self)
      let read = try read(listing, wanted, reading)
      let training = isTrainingWanted || isUndivided ? try read.samples(of: .training) : nil
      let samples = try chosen.flatMap { try read.samples(of: $0) }
      if let samples, let chosen, !isUndivided || Self.isPart(samples, of: digest) {
        let isHeldBack = listing.origin != .given && chosen == .validation
        let nouns = samples.count == 1 ? noun : "\(noun)s"
        reading.notice(
          isHeldBack
            ? "judging the \(samples.count) \(nouns) of \(place) that training left out"
            : "judging the \(samples.count) \(chosen.rawValue) \(nouns) of \(place)")
        return JudgedData(samples: samples, training: training)
      }
      guard let all = try read.samples(of: nil) else { throw FileError(.missing, place, "has no \(noun)s to judge") }
      reading.notice("judging all of \(place), \(all.count) \(noun)\(all.count == 1 ? "" : "s")")
      return JudgedData(samples: all, training: nil)
    }
  }

  /// Whether these are the last samples of a run's data; older runs digested decoded pixels.
  private static func isPart(_ samples: FileSamples, of digest: String?) -> Bool {
    guard let digest else { return false }
    return digest.hasSuffix(samples.digest) || digest.count == 128 && digest.hasSuffix(samples.earlierDigest ?? "-")
  }

  // MARK: - From a listing to samples

  private func open(
    _ listing: SampleListing, _ parts: [DataSplits.Part], _ reading: SampleReading
  ) throws -> DataSplits {
    let wanted = parts.filter { listing.parts[$0] != nil }
    let read = try read(listing, wanted, reading)
    var samples: [DataSplits.Part: any Dataset] = [:]
    for part in wanted { samples[part] = try read.samples(of: part) }
    return DataSplits(samples)
  }

  private func read(
    _ listing: SampleListing, _ parts: [DataSplits.Part], _ reading: SampleReading
  ) throws -> ReadFiles {
    if !listing.passedOver.isEmpty { reading.notice("\(place): \(listing.passedOver)") }
    var items: [SampleListing.Item] = []
    var ranges: [DataSplits.Part: Range<Int>] = [:]
    for part in parts {
      let new = listing.parts[part] ?? []
      ranges[part] = items.count..<items.count + new.count
      items += new
    }
    return ReadFiles(
      name: name, listing: listing, items: items, ranges: ranges, reading: reading,
      read: try reading.read(items.map(\.path), as: kind.format, place: place))
  }

  /// Samples that were read, one part behind the other.
  private struct ReadFiles {
    let name: String
    let listing: SampleListing
    let items: [SampleListing.Item]
    let ranges: [DataSplits.Part: Range<Int>]
    let reading: SampleReading
    let read: (store: any SampleStore, scan: SampleScan, layout: SampleLayout)

    /// Those of a part, nil for all of them; nil where there are none.
    func samples(of part: DataSplits.Part?) throws -> FileSamples? {
      guard let range = part.map({ ranges[$0] }) ?? items.indices, !range.isEmpty else { return nil }
      return FileSamples(
        name, listing, items, range, read,
        probes: try reading.probes(of: read.scan, read.layout, range, listing.place))
    }
  }
}
