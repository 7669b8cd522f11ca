import Collectives
import Datasets
import Files
import Hosts
import Models
import Objectives
import Reports
import Runs
import Training

/// `cnn-dist report`: a page to look at of a run, or of several side by side.
struct ReportCommand: Command {
  static let name = "report"
  static let summary = "Writes a page to look at: of a run anew, or of several runs side by side."
  static let positionals = "RUN…"
  static let positionalCompletion = Completion.folders
  static let options =
    [
      Option(
        "-o", "FILE", "where to write it (default report.html in the run's folder, comparison.html here for several)"),
      Option("--evaluate", nil, "judge the validation samples again, by the latest checkpoint"),
    ] + DataPlace.options + [Option("--threads", "T", "the compute threads of --evaluate (default: all cores)")]
  static let examples = [
    Example("cnn-dist report runs/first", "a run's page, made anew"),
    Example("cnn-dist report runs/first runs/second -o both.html", "two runs side by side"),
  ]
  static let notes = """
    `train` writes report.html into the run's folder at the end of every epoch. It is one file, which fetches nothing from
    anywhere: send it to whom you like. What the files of a run do not tell, because an older version wrote them, is left
    out; --evaluate finds out what can be found out today. Without --data, samples are looked for where the run's last start had
    them.
    """

  private let runs: [RunFolder]
  private let output: String?
  private let isEvaluating: Bool
  private let data: DataPlace
  private let threads: Int?

  init(_ arguments: Arguments) throws(UsageError) {
    guard 1...ComparisonReport.mostRuns ~= arguments.positionals.count else {
      throw UsageError(
        "report takes 1 to \(ComparisonReport.mostRuns) run folders, got \(arguments.positionals.count): cnn-dist report RUN…"
      )
    }
    runs = arguments.positionals.map(RunFolder.init)
    output = arguments.string("-o")
    isEvaluating = arguments.has("--evaluate")
    data = try DataPlace(arguments)
    threads = try arguments.integer("--threads", in: World.threadCounts)
    if runs.count > 1 && isEvaluating { throw UsageError("--evaluate goes with one run alone") }
  }

  func run(in world: World) throws {
    let path: String
    if runs.count == 1 {
      path = output ?? runs[0].reportPath
      let report = try RunOpening(
        folder: runs[0], data: data, threads: threads, isEvaluating: isEvaluating, environment: world.environment
      ).report()
      try ResultFile.write(path) { try AtomicFile.write($0, text: report.html) }
    } else {
      path = output ?? "comparison.html"
      let reports = try runs.map { try RunReport.read($0) { Program.complain($0) }.report }
      let text = ComparisonReport(reports, written: ReportWriter.now).html
      try ResultFile.write(path) { try AtomicFile.write($0, text: text) }
    }
    Output.line("written to \(path)")
  }
}
