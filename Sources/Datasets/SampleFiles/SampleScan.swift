import Files
import Hosts
import Synchronization

/// What all files of a data set say of themselves, and what tells their contents from any others. Each file is read once
/// for the whole host, by whichever of its processes comes first.
struct SampleScan: Sendable {
  /// The files, in the order of the samples.
  let paths: [String]
  private let format: any SampleFormat
  private let records: SharedMemory

  /// What is known of a file; zeros, until it was looked at.
  private struct Record {
    var extents: SIMD4<Int32>
    var fingerprint: Fingerprint
    var isDeep: Bool
    var isReadable: Bool
  }

  /// Looks at all files.
  ///
  /// - Parameters:
  ///   - threads: how many threads of this process take part.
  ///   - progress: is called often, on the calling thread, with how many files were looked at.
  /// - Throws: what `progress` throws; `HostTeam.Abandoned`; `FileError` where the system refuses memory.
  init(
    _ paths: [String], _ format: any SampleFormat, _ team: HostTeam, threads: Int,
    progress: (_ done: Int) throws -> Void
  ) throws {
    (self.paths, self.format) = (paths, format)
    let records = try team.share(paths.count * MemoryLayout<Record>.stride)
    self.records = records
    try team.divide(paths.count, threads: threads, progress: progress) { index in
      let record = Result { () throws(FileError) in try Self.look(at: paths[index], format) }
      // Each record is written by the one who looks, and read when all have been looked at.
      if case .success(let record) = record {
        records.bytes.storeBytes(of: record, toByteOffset: index * MemoryLayout<Record>.stride, as: Record.self)
      }
    }
  }

  /// The files that are not what they should be.
  var unreadable: [Int] { paths.indices.filter { !record($0).isReadable } }

  private static func look(at path: String, _ format: any SampleFormat) throws(FileError) -> Record {
    let file = try MappedFile(path)
    let record = try file.withBytes { bytes throws(FileError) in
      let header = try format.header(bytes, path: path)
      return Record(
        extents: header.extents, fingerprint: Fingerprint(of: bytes), isDeep: header.isDeep, isReadable: true)
    }
    try file.check()
    return record
  }

  private func record(_ index: Int) -> Record {
    records.bytes.load(fromByteOffset: index * MemoryLayout<Record>.stride, as: Record.self)
  }

  /// What a file says of itself.
  func header(_ index: Int) -> SampleHeader {
    SampleHeader(extents: record(index).extents, isDeep: record(index).isDeep)
  }

  /// What tells a file's bytes from any others.
  func fingerprint(_ index: Int) -> Fingerprint { record(index).fingerprint }

  /// Decodes a file, which has to be what it was when it was looked at.
  ///
  /// - Returns: whether it has stray bytes, which were passed over.
  /// - Throws: `FileError`: missing or failed where it cannot be read any more, malformed where it has changed or is damaged.
  func decode(
    _ index: Int, to layout: SampleLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Bool {
    let file = try MappedFile(paths[index])
    let hasStrayBytes = try file.withBytes { bytes throws(FileError) in
      guard Fingerprint(of: bytes) == fingerprint(index) else {
        throw FileError(
          .malformed, paths[index],
          "was changed while it was in use: put back what it held, and go on from the last checkpoint")
      }
      return try format.decode(bytes, path: paths[index], to: layout, into: target)
    }
    try file.check()
    return hasStrayBytes
  }

  /// Decodes some files together with the team.
  ///
  /// - Parameter memory: has room for them one after the other; nil to see whether they can be decoded.
  /// - Returns: which cannot, and how many have stray bytes, which were passed over.
  /// - Throws: what `progress` throws; `HostTeam.Abandoned`; `FileError` where the system refuses memory.
  func decode(
    _ files: [Int], to layout: SampleLayout, into memory: SharedMemory?, _ team: HostTeam, threads: Int,
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> (failed: [Int], stray: Int) {
    /// What came of a file: 0 until it was decoded, then 1, or 2 where it has stray bytes.
    let outcomes = try team.share(files.count)
    try team.divide(files.count, threads: threads, progress: progress) { number in
      // Each sample has a place of its own.
      let place = number * layout.bytes..<(number + 1) * layout.bytes
      let result = Result { () throws(FileError) in
        if let memory {
          try decode(files[number], to: layout, into: UnsafeMutableRawBufferPointer(rebasing: memory.bytes[place]))
        } else {
          try decode(files[number], to: layout)
        }
      }
      if case .success(let hasStrayBytes) = result { outcomes.bytes[number] = hasStrayBytes ? 2 : 1 }
    }
    return (
      files.indices.filter { outcomes.bytes[$0] == 0 }.map { files[$0] },
      files.indices.count { outcomes.bytes[$0] == 2 }
    )
  }

  /// Decodes a file for nothing but the verdict.
  private func decode(_ index: Int, to layout: SampleLayout) throws(FileError) -> Bool {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: layout.bytes, alignment: 64)
    defer { room.deallocate() }
    return try decode(index, to: layout, into: room)
  }

  // MARK: - Broken files

  /// How many of them are named. Where there are more, it is hardly the files that are to be mended.
  private static let listed = 1000

  /// What is wrong with files that could not be read or decoded, maybe by another process: it is tried once more. One as it
  /// is, several in a list that is sorted by path.
  ///
  /// - Parameters:
  ///   - layout: what they were to be decoded to; nil where that is not known.
  ///   - place: the folder or listing that they belong to.
  func error(of broken: [Int], _ layout: SampleLayout?, place: String) -> FileError {
    let sorted = broken.sorted { paths[$0].utf8.lexicographicallyPrecedes(paths[$1].utf8) }
    let errors = sorted.prefix(Self.listed).map { reason($0, layout) }
    if errors.count == 1 { return errors[0] }
    let shown = errors.map { "\n  \($0)" }.joined()
    let rest = broken.count > errors.count ? "\n  and \(broken.count - errors.count) more" : ""
    let kind = errors.contains { $0.kind == .malformed } ? .malformed : errors.first?.kind ?? .failed
    return FileError(kind, place, "\(broken.count) of \(paths.count) \(format.noun)s are broken:\(shown)\(rest)")
  }

  private func reason(_ index: Int, _ layout: SampleLayout?) -> FileError {
    do throws(FileError) {
      _ = try Self.look(at: paths[index], format)
      if let layout { _ = try decode(index, to: layout) }
    } catch {
      return error
    }
    return FileError(
      .failed, paths[index], "could not be read, and then could: its disk or server is not to be relied on")
  }
}
