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
  /// The step of the newest checkpoint that the run can go on from; nil where there is none.
  public private(set) var newestStep: Int?

  /// How many files are not what they must be.
  public var damaged: Int { findings.count { $0.damage != nil } }

  private let folder: RunFolder

  /// Reads all that the run in `folder` is made of. What may be lacking, and is lacking, is not told of.
  ///
  /// - Throws: `FileError`, missing where there is no run.
  public init(_ folder: RunFolder) throws(FileError) {
    self.folder = folder
    guard folder.holdsRun else {
      throw FileError(.missing, folder.configurationPath, "there is no run to verify: name the folder of one")
    }
    let configuration = examine("config.json") { () throws(FileError) in
      let configuration = try folder.load()
      return (configuration, "\(configuration.experiment.model) on \(configuration.experiment.dataset)")
    }
    examine("metrics.jsonl") { () throws(FileError) in (0, try metrics()) }
    if access(folder.journalPath, F_OK) == 0 {
      examine("journal.jsonl") { () throws(FileError) in (0, try journal()) }
    }
    for (step, path) in folder.checkpoints() {
      let file = String(path.dropFirst(folder.path.utf8.count + 1))
      let found = examine(file) { () throws(FileError) in
        (step, try checkpoint(path, of: step, in: configuration?.experiment))
      }
      newestStep = found ?? newestStep
    }
    if newestStep == nil {
      let error = FileError(.malformed, folder.checkpointsPath, "holds no checkpoint to go on from")
      findings.append(Finding(file: "checkpoints", contents: "", damage: error))
    }
    for name in ["latest", "best"] where FileLink.isThere("\(folder.checkpointsPath)/\(name)") { link(name) }
  }

  /// Notes what `read` finds.
  @discardableResult
  private mutating func examine<Value>(
    _ file: String, _ read: () throws(FileError) -> (value: Value, contents: String)
  ) -> Value? {
    do {
      let (value, contents) = try read()
      findings.append(Finding(file: file, contents: contents, damage: nil))
      return value
    } catch {
      findings.append(Finding(file: file, contents: "", damage: error))
      return nil
    }
  }

  private func checkpoint(_ path: String, of step: Int, in experiment: Experiment?) throws(FileError) -> String {
    let checkpoint = try Checkpoint(path)
    guard checkpoint.state.step == step else {
      throw FileError(.malformed, path, "is of step \(checkpoint.state.step), its name says \(step)")
    }
    if let experiment, !checkpoint.experiment.isOfOneRun(with: experiment) {
      let differences = checkpoint.experiment.differences(from: experiment).joined(separator: "; ")
      throw FileError(.malformed, path, "is of another run (\(differences))")
    }
    for entry in checkpoint.file.entries { try checkpoint.file.requireFiniteNumbers(in: entry) }
    return "weights sha256 \(try ModelWeights.digest(checkpoint.file))"
  }

  private func metrics() throws(FileError) -> String {
    guard access(folder.metricsPath, F_OK) == 0 else {
      throw FileError(.missing, folder.metricsPath, "is not there: --resume begins it anew, without what was measured")
    }
    return try StepRecords(folder).lastStep.map { "up to step \($0)" } ?? "no steps"
  }

  private func journal() throws(FileError) -> String {
    guard let journal = try folder.journal() else { return "no steps" }
    for step in journal.steps { _ = try journal.entry(step) }
    return "steps \(journal.steps.lowerBound) to \(journal.steps.upperBound - 1)"
  }

  /// A link may be lacking; where it is, it must lead to a file.
  private mutating func link(_ name: String) {
    let path = "\(folder.checkpointsPath)/\(name)"
    examine("checkpoints/\(name)") { () throws(FileError) in
      let target = try FileLink.target(of: path)
      return (0, target.map { "to \($0)" } ?? "no link")
    }
  }
}
