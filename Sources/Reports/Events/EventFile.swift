import Files
import FoundationEssentials
import Glibc

/// A file of events that grows, in a folder that TensorBoard looks into.
///
/// Each session of a run writes a file of its own, as TensorFlow does: a reader has come to some byte of the older ones, and
/// what is written in the place of what it has read would make no sense to it.
final class EventFile {
  private let file: OpenFile
  /// Where the next record goes.
  private var end = 0

  /// What TensorBoard knows a file of events by, and what we know our own by.
  private static let (prefix, suffix) = ("events.out.tfevents.", ".cnn-dist")

  /// Begins a file in `folder`, which is made where it is missing, behind all that are there.
  ///
  /// - Parameter steps: how many were done, where the run goes on; nil where it begins.
  /// - Throws: `FileError` with the system's reason.
  init(in folder: String, after steps: Int?) throws(FileError) {
    if mkdir(folder, 0o777) != 0 && errno != EEXIST { throw FileError.system(folder, "cannot be made") }
    // Readers take the files in the order of their names. Clocks may go back, and sessions be short.
    let last = try Self.names(in: folder).compactMap { Int($0.dropFirst(Self.prefix.count).prefix { $0.isNumber }) }
      .max()
    let second = max(Int(Self.now), (last ?? 0) + 1)
    file = try OpenFile("\(folder)/\(Self.prefix)\(second)\(Self.suffix)", O_WRONLY | O_CREAT | O_EXCL)
    try append(.version, step: 0)
    if let steps { try append(.restart, step: steps + 1) }
  }

  /// Seconds since 1970.
  static var now: Double { Date.now.timeIntervalSince1970 }

  /// Appends an event in one write, so that a reader sees it at once. Where that fails, the file ends as it did.
  ///
  /// - Throws: `FileError` with the system's reason.
  func append(_ kind: Event.Kind, step: Int) throws(FileError) {
    let record = RecordFile.record(Event(time: Self.now, step: step, kind: kind).message)
    let result = record.withUnsafeBytes { bytes in
      Result { () throws(FileError) in try OpenFile.write(bytes, to: file.descriptor, path: file.path) }
    }
    if case .failure = result { ftruncate(file.descriptor, off_t(end)) }  // each reader would report half a record
    try result.get()
    end += record.count
  }

  // MARK: - Going on

  /// Cuts our files in `folder`, where there are any, back to what comes before the first event that `isKept` refuses or that
  /// is damaged: a run that goes on will tell of what follows again.
  ///
  /// - Parameter step: the last step that was told of before the run goes on. Somebody hears of it where damage lies before that.
  /// - Returns: what the files hold now; nil where there are none.
  /// - Throws: `FileError` with the system's reason.
  static func cutBack(
    _ folder: String, through step: Int, keeping isKept: (EventHead) -> Bool
  ) throws(FileError) -> [EventHead]? {
    let own = try names(in: folder).filter { $0.hasSuffix(suffix) }
    var kept: [EventHead] = []
    for name in own {
      let path = "\(folder)/\(name)"
      let file = try MappedFile(path)
      let (end, rest) = file.withBytes { bytes in
        RecordFile.read(bytes) { record in
          guard let head = EventHead(record), isKept(head) else { return false }
          kept.append(head)
          return true
        }
      }
      try file.check()
      guard end < file.count else { continue }
      // The torn end of a crash lies behind what the last checkpoint knows of.
      if rest != .whole, name != own.last || kept.last?.step ?? 0 < step {
        Remark.make(.losses, "\(path): is damaged at byte \(end): what it told TensorBoard from there on is cut off")
      }
      let writable = try OpenFile(path, O_WRONLY)
      guard ftruncate(writable.descriptor, off_t(end)) == 0 else { throw FileError.system(path, "cannot be cut off") }
    }
    return own.isEmpty ? nil : kept
  }

  // MARK: - Reading

  /// How many events the file at `path` holds. One that is being written, or was torn by a crash, does not count.
  ///
  /// - Throws: `FileError` naming the byte from which on it is damaged.
  static func count(in path: String) throws(FileError) -> Int {
    let file = try MappedFile(path)
    var count = 0
    let (end, rest) = file.withBytes { bytes in
      RecordFile.read(bytes) { record in
        guard EventHead(record) != nil else { return false }
        count += 1
        return true
      }
    }
    try file.check()
    if rest == .damaged || rest == .whole && end < file.count {
      throw FileError(.malformed, path, offset: end, "holds no whole event from here on")
    }
    return count
  }

  /// The files of events in a folder, in the order of their names; none where there is no folder.
  static func names(in folder: String) throws(FileError) -> [String] {
    try FolderListing.names(in: folder, isOptional: true).filter { $0.hasPrefix(prefix) }
  }
}
