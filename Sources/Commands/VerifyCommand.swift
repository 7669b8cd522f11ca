import Files
import Reports
import Runs
import Training

/// `cnn-dist verify`: whether all that a run is made of is whole.
struct VerifyCommand: Command {
  static let name = "verify"
  static let summary = "Reads all files of a run, and names those that are damaged."
  static let positionals = "RUN"
  static let positionalCompletion = Completion.folders
  static let options = [Option("--json", nil, "one JSON object instead of text")]
  static let examples = [
    Example("cnn-dist verify runs/first", "before a run is moved, or gone on with")
  ]
  static let notes = """
    Looks at the configuration, the metrics, the journal, every checkpoint (a digest for each tensor and one for all that is
    said of them), where `latest` and `best` lead, and what the report and TensorBoard are told; report.html is made anew from
    these. Exits 0 when all are whole, 65 when one is damaged. `train --resume` goes on from the newest checkpoint that is whole.
    """

  private let folder: RunFolder
  private let isJSON: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    guard arguments.positionals.count == 1 else {
      throw UsageError("verify takes one run folder: cnn-dist verify RUN")
    }
    folder = RunFolder(arguments.positionals[0])
    isJSON = arguments.has("--json")
  }

  func run(in world: World) throws {
    var verification = try RunVerification(folder)
    verification.readReports(of: folder)
    if isJSON {
      Output.line(try JSON.line(Document(verification)))
    } else {
      let width = verification.findings.map(\.file.count).max() ?? 0
      for finding in verification.findings {
        let what = finding.damage.map { "DAMAGED: \($0.place)\($0.message)" } ?? finding.contents
        Output.line("\(finding.file.padded(to: width + 2))\(what)")
      }
      Output.line(
        verification.newestStep.map { "--resume goes on after step \($0)" } ?? "--resume has nothing to go on from")
    }
    if verification.damaged > 0 { throw FilesFailed(code: .badData) }
  }

  /// What `--json` prints.
  private struct Document: Encodable {
    struct File: Encodable {
      let file: String
      let contents: String
      let damage: String?
    }

    let files: [File]
    let damaged: Int
    let newestStep: Int?

    init(_ verification: RunVerification) {
      files = verification.findings.map {
        File(file: $0.file, contents: $0.contents, damage: $0.damage.map { "\($0.place)\($0.message)" })
      }
      (damaged, newestStep) = (verification.damaged, verification.newestStep)
    }
  }
}

extension FileError {
  /// Where in the file the trouble lies, before the message.
  fileprivate var place: String { offset.map { "byte \($0): " } ?? "" }
}
