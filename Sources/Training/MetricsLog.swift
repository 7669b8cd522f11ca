import Files
import Glibc

/// Appends lines to a run's `metrics.jsonl`, each in one write, so that a reader never sees half of one.
public final class MetricsLog {
  private let path: String
  private let descriptor: Int32

  /// Opens the log, first dropping the lines that came after `state`: the run will write them again.
  ///
  /// - Throws: `FileError` with the system's reason.
  public init(_ path: String, continuing state: TrainingState) throws {
    self.path = path
    try Self.dropLines(in: path, after: state)
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError.system(path, "cannot be opened") }
  }

  deinit { close(descriptor) }

  /// Appends one line.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func append(_ metrics: some Encodable) throws {
    let line = Array((try JSON.line(metrics) + "\n").utf8)
    let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written >= 0 else { throw FileError.system(path, "a line cannot be appended") }
    // A full disk takes a part of it; the next write would say why, but must not follow half a line.
    guard written == line.count else { throw FileError.system(path, "a line cannot be appended", code: ENOSPC) }
  }

  /// What decides whether a line belongs to a state.
  private struct Line: Decodable {
    let kind: String
    let step: Int?
    let epoch: Int
  }

  private static func dropLines(in path: String, after state: TrainingState) throws {
    let bytes = try MappedFile(path).withBytes { Array($0) }
    // A line that cannot be read is the torn end of a crash; nothing after it is trusted.
    let kept = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).prefix { line in
      guard let line = try? JSON.decode(Line.self, String(decoding: line, as: UTF8.self)) else { return false }
      return line.kind == "step" ? line.step ?? .max <= state.step : line.epoch <= state.epoch
    }
    let text = kept.flatMap { $0 + [UInt8(ascii: "\n")] }
    // A last line without its end counts as a difference too: the next one would be glued to it.
    guard text != bytes else { return }
    try AtomicFile.write(path) { part in try text.withUnsafeBytes(part) }
  }
}
