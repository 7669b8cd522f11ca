import Files
import Hosts
import Tensors

/// How files of samples are to be read.
public struct SampleReading {
  /// The processes of this host, which read together.
  public var team: HostTeam
  /// How many threads of this process decode.
  public var threads = 1
  /// Where decoded samples are kept; nil for memory where they take no more than half of what the host has left, and
  /// nowhere where they would.
  public var cache: CacheMode?
  /// The environment, which says where the cache folder is.
  public var environment: [String: String] = [:]
  /// Is called often, on the calling thread, with how many samples are done, of how many. An error that it throws ends the
  /// reading.
  public var progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  /// Is told, a sentence at a time, what was passed over, and what else there is to know.
  public var notice: (String) -> Void = { _ in }

  /// Reads with `team`.
  public init(team: HostTeam) { self.team = team }

  // MARK: - From files to samples

  /// Reads `files`, each of which holds a sample.
  ///
  /// - Parameter place: the folder or listing of the files, for errors and notices.
  /// - Returns: the samples, what they are, and the words that tell each from any other.
  /// - Throws: `FileError`: one for all files that are broken; what the format says of files that do not go together;
  ///   failed where memory or disk have no room for the samples. What `progress` throws; `HostTeam.Abandoned`.
  func read(
    _ files: [String], as format: any SampleFormat, place: String
  ) throws -> (store: any SampleStore, scan: SampleScan, layout: SampleLayout) {
    let scan = try SampleScan(files, format, team, threads: threads) { _ in try progress(0, files.count) }
    try refuseBroken(scan, format, place)
    let layout = try format.layout(of: files.indices.map(scan.header), paths: files)
    guard layout.shape.count <= team.memory / 8 / layout.element.bytes else {
      throw FileError(
        .failed, place,
        "\(format.noun)s of \(layout.shape) do not fit in the \(team.memory >> 20) MB of memory that there are: make them smaller "
          + "with --input-shape")
    }
    let bytes = files.count * layout.bytes
    let mode = try CacheMode.allCases[team.agree { try chosenMode(bytes, files.count, layout, format, place) }]
    let sharers = max(1, min(threads, team.memory / 4 / max(1, layout.workingBytes)))
    func fill(_ memory: SharedMemory) throws {
      let (failed, stray) = try scan.decode(
        Array(files.indices), to: layout, into: memory, team, threads: sharers,
        progress: { try progress($0, files.count) })
      guard failed.isEmpty else { throw scan.error(of: failed, layout, place: place) }
      if stray > 0 { notice("\(place): passed over stray bytes in \(stray) \(stray == 1 ? "file" : "files")") }
    }
    let store: any SampleStore
    switch mode {
    case .memory:
      let memory = try team.share(bytes)
      try fill(memory)
      store = DecodedSamples(layout: layout, memory: memory)
    case .disk:
      store = try SampleCache(environment: environment).samples(
        try key(of: scan, layout, format, place), count: files.count, layout, team, fill: fill)
    case .nowhere: store = SamplesOnDemand(scan, layout, threads: sharers)
    }
    return (store, scan, layout)
  }

  /// Names all files that are broken, those that show only when they are decoded too, before anything is done.
  private func refuseBroken(_ scan: SampleScan, _ format: any SampleFormat, _ place: String) throws {
    var broken = scan.unreadable
    guard !broken.isEmpty else { return }
    let others = Set(scan.paths.indices).subtracting(broken).sorted()
    var layout: SampleLayout?
    if let first = others.first, cache != .nowhere {
      // Of one file's size, because it takes any to find those that cannot be decoded.
      var header = scan.header(first)
      header.isDeep = others.contains { scan.header($0).isDeep }
      let own = try format.layout(of: [header], paths: [scan.paths[first]])
      layout = own
      broken += try scan.decode(others, to: own, into: nil, team, threads: threads).failed
    }
    throw scan.error(of: broken, layout, place: place)
  }

  /// The place among all modes of the one that is taken.
  private func chosenMode(
    _ bytes: Int, _ count: Int, _ layout: SampleLayout, _ format: any SampleFormat, _ place: String
  ) throws(FileError) -> Int {
    let chosen: CacheMode
    if let cache {
      chosen = cache
      guard cache != .memory || bytes <= team.memory else {
        throw FileError(
          .failed, place,
          "\(count) \(format.noun)s of \(layout.shape) take \(bytes >> 20) MB, and there are \(team.memory >> 20) MB of memory: "
            + "`--cache none` decodes them for each step, and a smaller `--input-shape` makes them smaller")
      }
    } else {
      chosen = bytes <= team.memory / 2 ? .memory : .nowhere
      if chosen == .nowhere {
        notice(
          "\(place): \(count) \(format.noun)s take \(bytes >> 20) MB, more than half of the memory that there is: they are decoded "
            + "for each step; `--cache disk` keeps them in a file")
      }
    }
    return CacheMode.allCases.firstIndex(of: chosen) ?? 0
  }

  /// What a cache file of these samples is called.
  private func key(
    of scan: SampleScan, _ layout: SampleLayout, _ format: any SampleFormat, _ place: String
  ) throws -> String {
    var digest = Digest(.xxh3)
    digest.update("\(format) \(layout) \(try probes(of: scan, layout, scan.paths.indices, place))")
    for index in scan.paths.indices { digest.update(number: scan.fingerprint(index)) }
    return digest.finish()
  }

  /// What some of the samples `range`, evenly spread, are once they are decoded: libraries that decode otherwise than others
  /// show there.
  ///
  /// - Parameter store: has them, where they are decoded already.
  func probes(
    of scan: SampleScan, _ layout: SampleLayout, _ range: Range<Int>, in store: (any SampleStore)? = nil,
    _ place: String
  ) throws -> [String] {
    let count = min(4, range.count)
    let files = (0..<count).map { range.lowerBound + range.count * $0 / count }
    let known = files.compactMap { store?.digest(of: $0) }
    if known.count == count { return known }
    let room = try team.share(count * layout.bytes)
    let failed = try scan.decode(files, to: layout, into: room, team, threads: 1).failed
    guard failed.isEmpty else { throw scan.error(of: failed, layout, place: place) }
    let decoded = DecodedSamples(layout: layout, memory: room)
    return (0..<count).compactMap(decoded.digest)
  }
}
