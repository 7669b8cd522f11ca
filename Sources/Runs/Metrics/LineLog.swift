import Files
import Glibc

/// A file of JSON objects, one on each line, that a run appends to; each line in one write, so that a reader never sees
/// half of one.
///
/// A full disk, or one that fails for a while, is no reason to stop: what it does not take is kept, and tried again before the
/// next line.
final class LineLog {
  /// Whether there was no file before.
  let isNew: Bool

  private let file: OpenFile
  /// What the disk has not taken yet, from the middle of a line on where it took a part of it.
  private var pending: [UInt8] = []

  /// More is not kept: a disk that takes nothing for so long is not coming back.
  private static let mostPending = 64 << 20

  /// Opens the file at `path`, first dropping its lines from the first one on that `isKept` refuses: the run will write
  /// them again. Where there is no file, one is begun.
  ///
  /// - Throws: `FileError`, malformed where something else than a file is there, else with the system's reason.
  init(_ path: String, keeping isKept: (_ line: String) -> Bool) throws {
    isNew = access(path, F_OK) != 0 && errno == ENOENT
    if isNew { try AtomicFile.write(path, text: "") }
    try Self.dropLines(in: path, keeping: isKept)
    file = try OpenFile(path, O_WRONLY | O_APPEND)
  }

  /// Appends one line, or keeps it until the disk takes it; of the first somebody is told.
  ///
  /// - Throws: `FileError` with the system's reason where very much is kept already.
  func append(_ value: some Encodable) throws {
    try enqueue(value)
    guard let error = writePending() else { return }
    guard pending.count <= Self.mostPending else { throw error }
    Remark.make(.lines, "\(error): the run goes on, and lines are kept until there is room")
  }

  /// Keeps a line until `settle`, or until the next is appended.
  func enqueue(_ value: some Encodable) throws { pending += Array((try JSON.line(value) + "\n").utf8) }

  /// Makes sure that all lines are in the file.
  ///
  /// - Throws: `FileError` with the system's reason.
  func settle() throws(FileError) {
    if let error = writePending() { throw error }
  }

  /// Flushes what is in the file to the disk. Another thread may append meanwhile.
  ///
  /// - Throws: `FileError` with the system's reason.
  func flush() throws(FileError) { try OpenFile.flush(file.descriptor, path: file.path) }

  /// Writes as much as the disk takes, and returns why it did not take all.
  private func writePending() -> FileError? {
    while !pending.isEmpty {
      let written = pending.withUnsafeBytes { write(file.descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written >= 0 else { return .system(file.path, "a line cannot be appended") }
      pending.removeFirst(written)
    }
    return nil
  }

  /// The lines of the file at `path`. What stands behind the last line's end is being written, or was torn by a crash, and
  /// does not count.
  ///
  /// - Throws: `FileError`, missing where there is none.
  static func lines(in path: String) throws(FileError) -> [String] {
    let file = try MappedFile(path)
    let lines = file.withBytes { bytes in
      bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        .map { String(decoding: $0, as: UTF8.self) }
    }
    try file.check()
    return lines
  }

  private static func dropLines(in path: String, keeping isKept: (String) -> Bool) throws {
    let file = try MappedFile(path)
    let bytes = file.withBytes { Array($0) }
    try file.check()
    let kept = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .prefix { isKept(String(decoding: $0, as: UTF8.self)) }
    let text = kept.flatMap { $0 + [UInt8(ascii: "\n")] }
    // A last line without its end counts as a difference too: the next one would be glued to it.
    guard text != bytes else { return }
    try AtomicFile.write(path) { part in try text.withUnsafeBytes(part) }
  }
}
