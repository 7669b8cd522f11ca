import Files
import Glibc

/// A file of JSON objects, one on each line, that a run appends to; each line in one write, so that a reader never sees
/// half of one.
final class LineLog {
  private let path: String
  private let descriptor: Int32

  /// Opens the file at `path`, first dropping its lines from the first one on that `isKept` refuses: the run will write
  /// them again.
  ///
  /// - Throws: `FileError`, missing where there is no file, else with the system's reason.
  init(_ path: String, keeping isKept: (_ line: String) -> Bool) throws {
    self.path = path
    try Self.dropLines(in: path, keeping: isKept)
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError.system(path, "cannot be opened") }
  }

  deinit { close(descriptor) }

  /// Appends one line.
  ///
  /// - Throws: `FileError` with the system's reason.
  func append(_ value: some Encodable) throws {
    let line = Array((try JSON.line(value) + "\n").utf8)
    let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written >= 0 else { throw FileError.system(path, "a line cannot be appended") }
    // A full disk takes a part of it; the next write would say why, but must not follow half a line.
    guard written == line.count else { throw FileError.system(path, "a line cannot be appended", code: ENOSPC) }
  }

  /// The lines of the file at `path`. What stands behind the last line's end is being written, or was torn by a crash, and
  /// does not count.
  ///
  /// - Throws: `FileError`, missing where there is none.
  static func lines(in path: String) throws(FileError) -> [String] {
    try MappedFile(path).withBytes { bytes in
      bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        .map { String(decoding: $0, as: UTF8.self) }
    }
  }

  private static func dropLines(in path: String, keeping isKept: (String) -> Bool) throws {
    let bytes = try MappedFile(path).withBytes { Array($0) }
    let kept = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .prefix { isKept(String(decoding: $0, as: UTF8.self)) }
    let text = kept.flatMap { $0 + [UInt8(ascii: "\n")] }
    // A last line without its end counts as a difference too: the next one would be glued to it.
    guard text != bytes else { return }
    try AtomicFile.write(path) { part in try text.withUnsafeBytes(part) }
  }
}
