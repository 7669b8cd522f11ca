import Files
import FoundationEssentials
import Glibc
import KerasFiles

/// What `config.json` says of a run.
public struct RunConfiguration: Codable, Equatable, Sendable {
  /// What its numbers depend on.
  public var experiment: Experiment
  /// How long it goes on.
  public var schedule: Schedule
  /// The OpenBLAS version and core type that computes it: equal bits are promised on equal ones only.
  public var openblas: String
  /// The core type that OpenBLAS chose by itself, where it did not fit the processor and another was asked for.
  public var openblasReplaced: String?
  /// The vectors of the program's own loops, such as `AVX-512`; nil in the runs of older versions. No bit depends on them.
  public var vectors: String?
  /// What the run's copies in the memory of hosts are called; nil where it never had any.
  public var shadow: String?
  /// The version of cnn-dist that runs it.
  public var version: String

  /// The version of this program.
  public static let currentVersion = "0.1.0"

  /// Describes a run.
  public init(
    experiment: Experiment, schedule: Schedule, openblas: String, openblasReplaced: String? = nil,
    vectors: String? = nil, shadow: String? = nil, version: String
  ) {
    self.experiment = experiment
    self.schedule = schedule
    self.openblas = openblas
    self.openblasReplaced = openblasReplaced
    self.vectors = vectors
    self.shadow = shadow
    self.version = version
  }
}

/// The folder of one run: `config.json`, `metrics.jsonl`, `journal.jsonl` where one is kept, and `checkpoints`. Rank 0 alone touches it.
public struct RunFolder: Sendable {
  /// The folder as the user named it.
  public let path: String

  /// Names a folder; nothing is read or written yet.
  public init(_ path: String) {
    self.path = path
  }

  package var configurationPath: String { "\(path)/config.json" }
  package var metricsPath: String { "\(path)/metrics.jsonl" }
  package var journalPath: String { "\(path)/journal.jsonl" }
  /// Where a profile's trace goes.
  public var tracePath: String { "\(path)/trace.json" }
  package var checkpointsPath: String { "\(path)/checkpoints" }

  /// Whether the folder holds a run.
  public var holdsRun: Bool { FileManager.default.fileExists(atPath: configurationPath) }

  /// Takes care that a new run overwrites nothing of an older one.
  ///
  /// - Throws: `UsageError` when a run is there already, or what is left of one that lost its
  ///   configuration; `FileError` where nobody can say.
  public func refuseExistingRun() throws {
    if holdsRun {
      throw UsageError("\(path) holds a run already: add --resume to go on with it, or choose another --run folder")
    }
    // A run that was killed before it began to exist leaves an empty log and a checkpoint of step 0 at most.
    var status = stat()
    let hasMetrics = stat(metricsPath, &status) == 0 && status.st_size > 0
    if try hasMetrics || checkpoints().contains(where: { $0.step > 0 }) {
      throw UsageError("\(path) holds metrics or checkpoints, but no config.json: choose another --run folder")
    }
  }

  /// Makes the folder for a new run, which begins to exist with `save`.
  ///
  /// - Throws: `UsageError` when it holds a run, `FileError` when it cannot be written.
  public func create() throws -> RunLock {
    do {
      try FileManager.default.createDirectory(atPath: checkpointsPath, withIntermediateDirectories: true)
    } catch {
      throw FileError(.failed, path, "the run folder cannot be made: \(Self.reason(error))")
    }
    let lock = try lock()
    try refuseExistingRun()  // now that nobody else can begin one
    for leftover in try checkpoints() { try remove(leftover.path) }
    try AtomicFile.write(metricsPath, text: "")
    return lock
  }

  /// Takes the right to write to the folder, and removes the temporary files of processes that were killed: each may be
  /// as large as a checkpoint.
  ///
  /// - Throws: `FileError` when another process writes to it.
  public func lock() throws(FileError) -> RunLock {
    let lock = try RunLock(path)
    for (folder, stems) in [
      (path, ["config.json", "metrics.jsonl", "journal.jsonl", "sessions.jsonl", "report.json", "report.html"]),
      (checkpointsPath, ["step-", "latest", "best"]),
    ] {
      for name in try FolderListing.names(in: folder, isOptional: true)
      where AtomicFile.isTemporary(name, of: stems) {
        try remove("\(folder)/\(name)")
      }
    }
    return lock
  }

  /// Writes `config.json`.
  public func save(_ configuration: RunConfiguration) throws {
    try AtomicFile.write(configurationPath, text: try JSON.document(configuration))
  }

  /// Reads `config.json`.
  ///
  /// - Throws: `FileError`, missing when the folder holds no run.
  public func load() throws(FileError) -> RunConfiguration {
    guard holdsRun else {
      // What may not be looked at may well be there.
      if access(configurationPath, F_OK) != 0, errno == EACCES {
        throw .system(configurationPath, "cannot be read")
      }
      throw FileError(.missing, configurationPath, "there is no run to go on with: leave --resume out to start one")
    }
    let file = try MappedFile(configurationPath)
    guard file.count <= 2 * JSONValue.longest else {
      throw FileError(.malformed, configurationPath, "has \(file.count) bytes, which is no run's configuration")
    }
    let text = file.withBytes { String(decoding: $0, as: UTF8.self) }
    try file.check()
    let configuration: RunConfiguration
    do {
      configuration = try JSON.decode(RunConfiguration.self, text)
    } catch {
      throw FileError(.malformed, configurationPath, "cannot be read as a run's configuration: \(error)")
    }
    if let flaw = configuration.experiment.flaw ?? configuration.schedule.flaw {
      throw FileError(.malformed, configurationPath, "describes no run: \(flaw) is out of range")
    }
    return configuration
  }

  // MARK: - Checkpoints

  /// The checkpoints that are there, the newest last.
  ///
  /// - Throws: `FileError` where nobody can say.
  public func checkpoints() throws(FileError) -> [(step: Int, path: String)] {
    try FolderListing.names(in: checkpointsPath, isOptional: true)
      .compactMap { name in Self.step(of: name).map { ($0, "\(checkpointsPath)/\(name)") } }
      .sorted { $0.step < $1.step }
  }

  /// Opens the checkpoint at `path` and reads all of it.
  ///
  /// - Parameters:
  ///   - path: where it is.
  ///   - step: what its name says.
  ///   - experiment: the run's; nil where nobody knows it.
  /// - Throws: `FileError` where it is not whole, is of another step or run, or has numbers that are not finite: older versions
  ///   went on when a run had diverged.
  func checkpoint(_ path: String, of step: Int, in experiment: Experiment?) throws(FileError) -> Checkpoint {
    let checkpoint = try Checkpoint(path)
    guard checkpoint.state.step == step else {
      throw FileError(
        .malformed, path,
        "is of step \(checkpoint.state.step), its name says \(step): remove it, or give it its own name")
    }
    if let experiment, !checkpoint.experiment.isOfOneRun(with: experiment) {
      let differences = checkpoint.experiment.differences(from: experiment).joined(separator: "; ")
      throw FileError(.malformed, path, "is of another run (\(differences)): remove it")
    }
    for entry in checkpoint.file.entries { try checkpoint.file.requireFiniteNumbers(in: entry) }
    return checkpoint
  }

  /// Opens the newest checkpoint that the run can go on from.
  ///
  /// - Parameters:
  ///   - experiment: the run's, for a checkpoint that is to be of it; nil for any.
  ///   - step: the first of those steps that are too late.
  ///   - damaged: hears of each newer checkpoint that is not whole, or not the run's.
  ///
  /// - Throws: `FileError` when there is none.
  public func newestCheckpoint(
    of experiment: Experiment? = nil, before step: Int = .max, damaged: (FileError) -> Void
  ) throws(FileError) -> Checkpoint {
    let candidates = try checkpoints().filter { $0.step < step }
    for candidate in candidates.reversed() {
      do {
        return try checkpoint(candidate.path, of: candidate.step, in: experiment)
      } catch {
        damaged(error)
      }
    }
    guard candidates.isEmpty else {
      throw FileError(
        .malformed, checkpointsPath,
        "none of the \(candidates.count) checkpoints is whole\(experiment == nil ? "" : " and of this run")")
    }
    throw FileError(.missing, checkpointsPath, "there is no checkpoint")
  }

  /// Where the checkpoint of `step` goes.
  public func checkpointPath(step: Int) -> String { "\(checkpointsPath)/\(Self.name(step))" }

  /// Points `latest` at the checkpoint of `step` and `best` at that of `best`, then removes all up to `step` but the last
  /// three and the best. Later ones are damaged, for the run went on from an earlier one; it will replace them.
  public func link(latest step: Int, best: Int?) throws {
    try FileLink.point("\(checkpointsPath)/latest", at: Self.name(step))
    let present = try checkpoints()
    if let best, present.contains(where: { $0.step == best }) {
      try FileLink.point("\(checkpointsPath)/best", at: Self.name(best))
    }
    for old in present.filter({ $0.step <= step }).dropLast(3) where old.step != best { try remove(old.path) }
  }

  /// Whether `latest` and `best` point where `link` has them point: a process may have been killed between a checkpoint and them.
  func isLinked(latest step: Int, best: Int?) -> Bool {
    [("latest", step), ("best", best)].allSatisfy { name, step in
      guard let step, FileLink.isThere(checkpointPath(step: step)) else { return true }
      return (try? FileLink.target(of: "\(checkpointsPath)/\(name)")) == Self.name(step)
    }
  }

  private static func name(_ step: Int) -> String {
    let digits = String(step)
    return "step-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).safetensors"
  }

  private static func step(of name: String) -> Int? {
    guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
    return Int(name.dropFirst(5).dropLast(12)).flatMap { self.name($0) == name ? $0 : nil }
  }

  private func remove(_ path: String) throws(FileError) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw FileError(.failed, path, "cannot be removed: \(Self.reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    if let underlying = (error as? CocoaError)?.underlying as? POSIXError {
      return String(cString: strerror(underlying.code.rawValue))
    }
    return "\(error)"
  }
}
