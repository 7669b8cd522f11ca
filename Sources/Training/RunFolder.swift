import Files
import FoundationEssentials

/// What `config.json` says of a run.
public struct RunConfiguration: Codable, Equatable, Sendable {
  /// What its numbers depend on.
  public var experiment: Experiment
  /// How long it goes on.
  public var schedule: Schedule
  /// The OpenBLAS version and core type that it was started with: equal bits are promised on equal ones only.
  public var openblas: String
  /// The version of cnn-dist that started it.
  public var version: String

  /// Describes a run.
  public init(experiment: Experiment, schedule: Schedule, openblas: String, version: String) {
    self.experiment = experiment
    self.schedule = schedule
    self.openblas = openblas
    self.version = version
  }
}

/// The folder of one run: `config.json`, `metrics.jsonl` and `checkpoints`. Rank 0 alone touches it.
public struct RunFolder: Sendable {
  /// The folder as the user named it.
  public let path: String

  /// Names a folder; nothing is read or written yet.
  public init(_ path: String) {
    self.path = path
  }

  var configurationPath: String { "\(path)/config.json" }
  var metricsPath: String { "\(path)/metrics.jsonl" }
  var checkpointsPath: String { "\(path)/checkpoints" }

  /// Whether the folder holds a run.
  public var holdsRun: Bool { FileManager.default.fileExists(atPath: configurationPath) }

  /// Takes care that a new run overwrites no older one.
  ///
  /// - Throws: `UsageError` when a run is there already.
  public func refuseExistingRun() throws(UsageError) {
    if holdsRun {
      throw UsageError("\(path) holds a run already: add --resume to go on with it, or choose another --run folder")
    }
  }

  /// Makes the folder for a new run, which begins to exist with `save`.
  ///
  /// - Throws: `FileError` when the folder cannot be written.
  public func create() throws {
    do {
      try FileManager.default.createDirectory(atPath: checkpointsPath, withIntermediateDirectories: true)
    } catch {
      throw FileError(.failed, path, "the run folder cannot be made: \(Self.reason(error))")
    }
    for leftover in checkpoints() { try remove(leftover.path) }  // of a run that was killed before it began to exist
    try AtomicFile.write(metricsPath, text: "")
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
      throw FileError(.missing, configurationPath, "there is no run to go on with: leave --resume out to start one")
    }
    let text = try MappedFile(configurationPath).withBytes { String(decoding: $0, as: UTF8.self) }
    do {
      return try JSON.decode(RunConfiguration.self, text)
    } catch {
      throw FileError(.malformed, configurationPath, "cannot be read as a run's configuration: \(error)")
    }
  }

  // MARK: - Checkpoints

  /// The checkpoints that are there, the newest last.
  public func checkpoints() -> [(step: Int, path: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpointsPath)) ?? []  // no folder, no checkpoints
    return names.compactMap { name in Self.step(of: name).map { ($0, "\(checkpointsPath)/\(name)") } }
      .sorted { $0.step < $1.step }
  }

  /// Opens the newest checkpoint that is whole; `damaged` hears of each newer one that is not.
  ///
  /// - Throws: `FileError` when there is none.
  public func newestCheckpoint(damaged: (FileError) -> Void) throws(FileError) -> Checkpoint {
    for candidate in checkpoints().reversed() {
      do {
        return try Checkpoint(candidate.path)
      } catch {
        damaged(error)
      }
    }
    throw FileError(.missing, checkpointsPath, "there is no whole checkpoint to go on from")
  }

  /// Where the checkpoint of `step` goes.
  public func checkpointPath(step: Int) -> String { "\(checkpointsPath)/\(Self.name(step))" }

  /// Points `latest` at the checkpoint of `step` and `best` at that of `best`, then removes all but the last three and
  /// the best.
  public func link(latest step: Int, best: Int?) throws {
    try AtomicFile.link("\(checkpointsPath)/latest", to: Self.name(step))
    let present = checkpoints()
    if let best, present.contains(where: { $0.step == best }) {
      try AtomicFile.link("\(checkpointsPath)/best", to: Self.name(best))
    }
    for old in present.dropLast(3) where old.step != best { try remove(old.path) }
  }

  private static func name(_ step: Int) -> String {
    let digits = String(step)
    return "step-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).safetensors"
  }

  private static func step(of name: String) -> Int? {
    guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
    return Int(name.dropFirst(5).dropLast(12))
  }

  private func remove(_ path: String) throws(FileError) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw FileError(.failed, path, "cannot be removed: \(Self.reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    if let underlying = (error as? CocoaError)?.underlying as? POSIXError { return "\(underlying.code)" }
    return "\(error)"
  }
}
