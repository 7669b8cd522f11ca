import Files
import Glibc
import Objectives
import Runs
import Training

/// What a report shows and no other file of the run has: `report.json`, from which it is made anew.
public struct ReportRecord: Codable, Equatable, Sendable {
  /// Where the time of a step goes: medians in milliseconds, on rank 0.
  public struct Times: Codable, Equatable, Sendable {
    /// How many steps were looked at.
    public let steps: Int
    /// Loading samples.
    public let data: Double
    /// Forward, loss and backward.
    public let compute: Double
    /// Waiting for this rank's other threads.
    public let wait: Double
    /// Waiting for other ranks, and for what they send.
    public let exchange: Double
    /// The optimizer.
    public let update: Double

    /// The medians of a profile.
    init(_ profile: StepProfile) {
      steps = profile.steps.count
      data = profile.median(\.data)
      compute = profile.median(\.compute)
      wait = profile.median(\.wait)
      exchange = profile.median(\.exposedExchange)
      update = profile.median(\.update)
    }
  }

  /// How many steps an epoch has.
  public var stepsPerEpoch: Int?
  /// After which step the validation samples were judged.
  public var judgedStep: Int?
  /// What came of it; nil where none were judged.
  public var assessment: Assessment?
  /// Where the time went, of the session's first steps.
  public var times: Times?

  /// Nothing yet.
  public init() {}

  /// What was kept of a run; nothing where nothing was.
  ///
  /// - Throws: `FileError` where it cannot be read.
  public init(of folder: RunFolder) throws(FileError) {
    self.init()
    let path = folder.reportRecordPath
    guard access(path, F_OK) == 0 else { return }
    let file = try MappedFile(path)
    let text = file.withBytes { String(decoding: $0, as: UTF8.self) }
    try file.check()
    do {
      self = try JSON.decode(ReportRecord.self, text)
    } catch {
      throw FileError(.malformed, path, "cannot be read as what a report is made from: \(error)")
    }
  }

  /// Keeps it with the run.
  ///
  /// - Throws: `FileError` when it cannot be written.
  package func write(to folder: RunFolder) throws {
    try AtomicFile.write(folder.reportRecordPath, text: try JSON.line(self) + "\n")
  }
}

extension RunFolder {
  /// Where the report is.
  public var reportPath: String { "\(path)/report.html" }
  var reportRecordPath: String { "\(path)/report.json" }
}
