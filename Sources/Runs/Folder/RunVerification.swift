import Files
import Glibc

/// What is found of a run's files when all of them are read: each is whole, or not, and why.
public struct RunVerification: Sendable {
  /// What is found of a file.
  public struct Finding: Sendable {
    /// The file, as seen from the run's folder.
    public let file: String
    /// What it holds.
    public let contents: String
    /// What is wrong with it; nil for nothing.
    public let damage: FileError?
  }

  /// In the order in which they are told of.
  public private(set) var findings: [Finding] = []
  /// The step of the newest checkpoint that the run can go on from; nil where there is none, or no configuration.
  public private(set) var newestStep: Int?

  /// How many files are not what they must be.
  public var damaged: Int { findings.count { $0.damage != nil } }

  /// Reads what the run in `folder` goes on from and tells of itself. What may be lacking, and is lacking, is not told of.
  ///
  /// - Throws: `FileError`, missing where there is no run.
  public init(_ folder: RunFolder) throws(FileError) {
    guard folder.holdsRun else {
      throw FileError(.missing, folder.configurationPath, "there is no run to verify: name the folder of one")
    }
    var configuration: RunConfiguration?
    note("config.json") { () throws(FileError) in
      let found = try folder.load()
      configuration = found
      return "\(found.experiment.model) on \(found.experiment.dataset)"
    }
    note("metrics.jsonl") { () throws(FileError) in try Self.metrics(of: folder) }
    if access(folder.journalPath, F_OK) == 0 {
      note("journal.jsonl") { () throws(FileError) in try Self.journal(of: folder) }
    }
    if access(folder.sessionsPath, F_OK) == 0 {
      note("sessions.jsonl") { () throws(FileError) in try Self.sessions(of: folder) }
    }
    var newest: Int?
    var candidates: [(step: Int, path: String)]?
    do { candidates = try folder.checkpoints() } catch { note("checkpoints") { () throws(FileError) in throw error } }
    for (step, path) in candidates ?? [] {
      let isWhole = note(String(path.dropFirst(folder.path.count + 1))) { () throws(FileError) in
        let checkpoint = try folder.checkpoint(path, of: step, in: configuration?.experiment)
        return "weights sha256 \(try ModelWeights.digest(checkpoint.file))"
      }
      if isWhole { newest = step }
    }
    newestStep = configuration == nil ? nil : newest
    if newest == nil && candidates != nil {
      note("checkpoints") { () throws(FileError) in
        throw FileError(.malformed, folder.checkpointsPath, "holds none to go on from")
      }
    }
    for name in ["latest", "best"] {
      let path = "\(folder.checkpointsPath)/\(name)"
      guard FileLink.isThere(path) else { continue }
      note("checkpoints/\(name)") { () throws(FileError) in
        try FileLink.requireNoFolder(path)
        return try FileLink.target(of: path).map { "to \($0)" } ?? "no link"
      }
    }
  }

  /// Notes what `read` says that a file holds, or why it is not whole; returns whether it is.
  @discardableResult
  package mutating func note(_ file: String, _ read: () throws(FileError) -> String) -> Bool {
    do {
      findings.append(Finding(file: file, contents: try read(), damage: nil))
      return true
    } catch {
      findings.append(Finding(file: file, contents: "", damage: error))
      return false
    }
  }

  private static func sessions(of folder: RunFolder) throws(FileError) -> String {
    var damage: FileError?
    let sessions = folder.sessions { damage = damage ?? $0 }
    if let damage { throw damage }
    return "\(sessions.count) start\(sessions.count == 1 ? "" : "s")"
  }

  private static func metrics(of folder: RunFolder) throws(FileError) -> String {
    guard access(folder.metricsPath, F_OK) == 0 else {
      throw FileError(.missing, folder.metricsPath, "is not there: --resume begins it anew, without what was measured")
    }
    return try StepRecords(folder).lastStep.map { "up to step \($0)" } ?? "no steps"
  }

  private static func journal(of folder: RunFolder) throws(FileError) -> String {
    guard let journal = try folder.journal() else { return "no steps" }
    for step in journal.steps { _ = try journal.entry(step) }
    return "steps \(journal.steps.lowerBound) to \(journal.steps.upperBound - 1)"
  }
}
