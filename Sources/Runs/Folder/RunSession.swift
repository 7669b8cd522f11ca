import Files
import Glibc

/// One start of a run, or a resumption, and where it was computed: a line of `sessions.jsonl`. No number of the run depends on it.
public struct RunSession: Codable, Equatable, Sendable {
  /// How many steps the run had done.
  public var step: Int
  /// When it began, in UTC: `2026-11-30T09:15:02Z`.
  public let started: String
  /// The command line, the program's name first.
  public let command: [String]
  /// The version of cnn-dist.
  public let version: String
  /// The digest of the program's file; empty where it cannot be read.
  public let program: String
  /// How many ranks each host had, by name.
  public let hosts: [String: Int]
  /// The compute threads of a rank.
  public let threads: Int
  /// The processor of rank 0's host, as the kernel names it; nil where it does not.
  public let processor: String?
  /// The OpenBLAS version and core type.
  public let openblas: String
  /// The vectors of the program's own loops.
  public let vectors: String

  /// Notes how a run is computed; the recorder fills in where it stood.
  public init(
    started: String, command: [String], version: String, program: String, hosts: [String: Int], threads: Int,
    processor: String?, openblas: String, vectors: String
  ) {
    step = 0
    (self.started, self.command, self.version, self.program) = (started, command, version, program)
    (self.hosts, self.threads, self.processor) = (hosts, threads, processor)
    (self.openblas, self.vectors) = (openblas, vectors)
  }

  /// How many ranks there were.
  public var ranks: Int { hosts.values.reduce(0, +) }
}

extension RunFolder {
  /// Where the sessions are noted.
  package var sessionsPath: String { "\(path)/sessions.jsonl" }

  /// The sessions of a run, as far as they were noted: older versions did not.
  ///
  /// - Parameter damaged: hears of each line that cannot be read, and is left out.
  public func sessions(damaged: (FileError) -> Void) -> [RunSession] {
    guard access(sessionsPath, F_OK) == 0 else { return [] }
    do {
      return try LineLog.lines(in: sessionsPath).enumerated().compactMap { index, line in
        do {
          return try JSON.decode(RunSession.self, line)
        } catch {
          damaged(FileError(.malformed, sessionsPath, "line \(index + 1) tells of no start of the run: \(error)"))
          return nil
        }
      }
    } catch {
      damaged(error)
      return []
    }
  }

  /// Adds a session. The run goes on where that is not possible; somebody is told.
  func note(_ session: RunSession) {
    do {
      let sessions = try LineLog(sessionsPath) { !$0.isEmpty }
      try sessions.enqueue(session)
      try sessions.settle()
    } catch {
      Remark.make(.reports, "\(error): the run goes on, and its report will not tell where it was computed")
    }
  }
}
