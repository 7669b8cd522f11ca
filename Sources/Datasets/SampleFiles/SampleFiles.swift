import Files
import Hosts
import Tensors

/// Data sets whose samples are in files of their own.
public struct SampleFiles {
  /// What the files hold, and what becomes of it.
  public struct Kind: Sendable {
    /// What they may hold; the ending of the first file decides.
    let formats: [any SampleFormat]

    /// PNG, JPEG, GIF, BMP and WebP files, as viewers show them.
    ///
    /// - Parameters:
    ///   - shape: what all images are resized to, (height, width, 1 or 3), without regard to their proportions; nil for the
    ///     size that they share.
    ///   - channels: how many channels they have without a shape; nil for one where none has colours, and else three.
    public static func images(shape: Shape? = nil, channels: Int? = nil) -> Kind {
      Kind(formats: [PictureFormat(shape: shape, channels: channels)])
    }

    /// NIfTI files, gzipped or not.
    ///
    /// - Parameters:
    ///   - shape: what all volumes are resampled to, (depth, height, width, channels); nil for the one that they share.
    ///   - window: the intensities that become 0 and 1; nil for each volume's lowest and highest.
    public static func volumes(shape: Shape? = nil, window: ClosedRange<Float>? = nil) -> Kind {
      Kind(formats: [VolumeFormat(shape: shape, window: window)])
    }

    /// WAV and FLAC files, and what else libsndfile reads.
    ///
    /// - Parameters:
    ///   - seconds: how long all sounds are made; nil for the length that they share.
    ///   - rate: how many frames a second has in all of them; nil for the rate that they share.
    ///   - channels: how many channels they have, 1 for their mean; nil for those that they share, or 1.
    public static func sounds(seconds: Double? = nil, rate: Int? = nil, channels: Int? = nil) -> Kind {
      Kind(formats: [SoundFormat(seconds: seconds, rate: rate, channels: channels)])
    }

    /// Whichever of several kinds the files are of.
    public static func any(of kinds: [Kind]) -> Kind { Kind(formats: kinds.flatMap(\.formats)) }

    /// What the file at `path` is taken for.
    func format(of path: String) -> any SampleFormat {
      formats.first { $0.endings.contains(where: path.lowercased().hasSuffix) } ?? formats[0]
    }
  }

  /// What a user calls the data set: `folder`.
  public let name: String
  /// The folder of the files, or the table that lists them.
  public let place: String
  /// What the files hold.
  public let kind: Kind
  /// The table's column of labels; nil where its name says so.
  public let target: String?
  /// The table's column whose rows of one value stay in one part; nil for none.
  public let group: String?
  /// What is held back to validate with, where the data set does not say; nil for every 10th of each class.
  public let split: ValidationSplit?
  /// What the values of a target are called that the network was trained on, in their order; nil where it is yet to be
  /// trained, or they have no names.
  public let outputNames: [String]?
  /// The classes that the network was trained on, none for values; nil where it is yet to be trained.
  public let classNames: [String]?
  /// What the network gives for samples of this shape; nil where it is yet to be made.
  public let output: (Shape) throws -> NetworkOutput?

  /// The data set called `name` in `place`.
  public init(
    _ name: String = "folder", _ place: String, _ kind: Kind = .images(), target: String? = nil,
    group: String? = nil, split: ValidationSplit? = nil, outputNames: [String]? = nil, classNames: [String]? = nil,
    output: @escaping (Shape) throws -> NetworkOutput? = { _ in nil }
  ) {
    (self.name, self.place, self.kind, self.target, self.group) = (name, place, kind, target, group)
    (self.split, self.outputNames, self.classNames, self.output) = (split, outputNames, classNames, output)
  }

  /// Opens some parts of the data set, those that it has. All processes of the host call it.
  ///
  /// - Throws: `FileError`: missing where there is nothing; malformed for what is no data set to train on, for all files
  ///   together that are broken, and for those that do not go together; failed where they do not fit. What
  ///   `reading.progress` throws; `HostTeam.Abandoned` where another process of the host failed.
  public func open(_ parts: Set<DataSplits.Part>, _ reading: SampleReading) throws -> DataSplits {
    try reading.team.together {
      let (listing, format) = try list(for: .training)
      return try open(listing, format, parts, reading)
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
  ///   - reading: who reads the files, and who is told of it.
  /// - Throws: as `open`, but takes any number of classes.
  public func openToJudge(
    _ part: DataSplits.Part?, trainedOn digest: String?, isTrainingWanted: Bool = false, _ reading: SampleReading
  ) throws -> JudgedData {
    try reading.team.together {
      let (listing, format) = try list(for: .judging)
      let noun = format.noun
      if let part, listing.parts[part] == nil {
        throw FileError(.missing, place, "has no \(noun)s for \(part.rawValue)")
      }
      let chosen = part ?? [.test, .validation].first { listing.parts[$0] != nil }
      let isUndivided = listing.origin == .undivided && part == nil
      let wanted: [DataSplits.Part] =
        isTrainingWanted || isUndivided ? [.training] + [chosen].compactMap(\.self) : [chosen].compactMap(\.self)
      let read = try read(listing, format, wanted, reading)
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

  /// The files, by folders or by a table.
  private func list(for purpose: ClassFolders.Purpose) throws -> (SampleListing, any SampleFormat) {
    guard let table = try ListingTable(place) else {
      let format = kind.formats[0]
      return (try ClassFolders.list(place, format, for: purpose, split: split), format)
    }
    let format = kind.format(of: table.firstFile)
    let known = ListingTable.Known(outputs: outputNames, areClasses: classNames.map { !$0.isEmpty })
    let listing = try table.listing(format, for: purpose, target: target, group: group, split: split, known: known) {
      paths in
      try output(ofOneAmong: paths, format)
    }
    return (listing, format)
  }

  /// What the network gives for a sample such as the first of `paths` that can be read; nil where none can, as is said of all
  /// together when they are read, or where it is yet to be made.
  private func output(ofOneAmong paths: [String], _ format: any SampleFormat) throws -> NetworkOutput? {
    for path in paths {
      let shape = Result { () throws(FileError) in
        let file = try MappedFile(path)
        let header = try file.withBytes { bytes throws(FileError) in try format.header(bytes, path: path) }
        return try format.layout(of: [header], paths: [path]).shape
      }
      if case .success(let shape) = shape { return try output(shape) }
    }
    return nil
  }

  private func open(
    _ listing: SampleListing, _ format: any SampleFormat, _ parts: Set<DataSplits.Part>, _ reading: SampleReading
  ) throws -> DataSplits {
    let wanted = DataSplits.Part.allCases.filter { parts.contains($0) && listing.parts[$0] != nil }
    let read = try read(listing, format, wanted, reading)
    var samples: [DataSplits.Part: any Dataset] = [:]
    for part in wanted { samples[part] = try read.samples(of: part) }
    return DataSplits(samples)
  }

  private func read(
    _ listing: SampleListing, _ format: any SampleFormat, _ parts: [DataSplits.Part], _ reading: SampleReading
  ) throws -> ReadFiles {
    if !listing.passedOver.isEmpty { reading.notice("\(place): \(listing.passedOver)") }
    var items: [SampleListing.Item] = []
    var ranges: [DataSplits.Part: Range<Int>] = [:]
    for part in parts {
      let new = listing.parts[part] ?? []
      ranges[part] = items.count..<items.count + new.count
      items += new
    }
    let read = try reading.read(items.map(\.path), as: format, place: place)
    return ReadFiles(
      name: name, listing: listing, items: items, ranges: ranges, reading: reading, read: read,
      targets: listing.targets)
  }

  /// Samples that were read, one part behind the other.
  private struct ReadFiles {
    let name: String
    let listing: SampleListing
    let items: [SampleListing.Item]
    let ranges: [DataSplits.Part: Range<Int>]
    let reading: SampleReading
    let read: (store: any SampleStore, scan: SampleScan, layout: SampleLayout)
    let targets: TargetKind

    /// Those of a part, nil for all of them; nil where there are none.
    func samples(of part: DataSplits.Part?) throws -> FileSamples? {
      guard let range = part.map({ ranges[$0] }) ?? items.indices, !range.isEmpty else { return nil }
      return FileSamples(
        name, listing, items, range, read, targets: targets,
        probes: try reading.probes(of: read.scan, read.layout, range, in: read.store, listing.place))
    }
  }
}
