import Files
import Glibc

/// A file of JSON objects, one on each line, that a run appends to; each line in one write, so that a reader never sees
/// half of one.
final class LineLog {
  /// Whether there was no file before.
  let isNew: Bool

  private let file: OpenFile

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

  /// Appends one line.
  ///
  /// - Throws: `FileError` with the system's reason.
  func append(_ value: some Encodable) throws {
    let line = Array((try JSON.line(value) + "\n").utf8)
    var written: Int
    repeat {
      written = line.withUnsafeBytes { write(file.descriptor, $0.baseAddress, $0.count) }
    } while written < 0 && errno == EINTR
    guard written >= 0 else { throw FileError.system(file.path, "a line cannot be appended") }
    // A full disk takes a part of it; the next write would say why, but must not follow half a line.
    guard written == line.count else { throw FileError.system(file.path, "a line cannot be appended", code: ENOSPC) }
  }

  /// Flushes what was appended to the disk.
  ///
  /// - Throws: `FileError` with the system's reason.
  func flush() throws(FileError) { try OpenFile.flush(file.descriptor, path: file.path) }

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
