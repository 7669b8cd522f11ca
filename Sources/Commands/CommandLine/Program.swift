import Collectives
import Files
import Glibc
import Reports
import Runs
import Training

/// The program: picks the subcommand, runs it, and says how it ended.
public enum Program {
  /// What `--version` prints.
  public static let version = RunConfiguration.currentVersion

  /// The command line that this process was started with, `cnn-dist` first, wherever it stands.
  static var command: [String] { ["cnn-dist"] + CommandLine.arguments.dropFirst() }

  /// All commands, as the help lists them.
  static var commands: [any Command.Type] {
    [
      TrainCommand.self, SweepCommand.self, EvaluateCommand.self, ReportCommand.self, PredictCommand.self,
      ServeCommand.self, ExportCommand.self, InspectCommand.self, VerifyCommand.self, SummaryCommand.self,
      FetchCommand.self, DataCommand.self, CompareCommand.self, ReplayCommand.self, BenchCommand.self, PlanCommand.self,
      DoctorCommand.self, CompletionsCommand.self, ManCommand.self,
    ]
  }

  /// Runs the command line `words`, the program's own name left out, and returns the exit code.
  public static func run(_ words: [String], environment: [String: String]) -> Int32 {
    Output.fillStandardStreams()
    Output.outliveRefusals()
    if MPICommunicator.isFirst(environment: environment) { Remark.listen { Output.error("cnn-dist: \($0)\n") } }
    let request = Result { () throws(UsageError) in try Request(words, commands: commands, overview: overview) }
    // First of all: a signal that comes while MPI starts is to be remembered. A process alone that shows something ends as
    // any does.
    let isLaunched = (try? MPICommunicator.isLaunched(environment: environment)) ?? false
    if isLaunched || (try? request.get())?.isCollective == true { StopSignal.install() }
    if case .success(.command) = request.map(\.action) { Restart.forFittingKernels(environment) }
    let doctor = (try? request.get())?.doctor
    let unconnected = doctor.map { doctor in { try doctor.examineAlone(environment) } }
    return World.run(environment, request: try? request.get(), unconnected: unconnected) { world in
      try LaunchRecord(words, request, isAlone: world.communicator.size == 1)
        .compare(world.communicator, isExamining: doctor != nil)
      switch try request.get().action {
      case .text(let text):
        return try world.onSpeaker { Output.line(text) }
      case .command(let command) where type(of: command).isCollective:
        // `doctor` looks at both itself.
        if doctor == nil {
          try world.communicator.together { try MemoryBudget.checkLeast() }
          try World.tellOfKernels(world.communicator, environment)
        }
        try command.run(in: world)
        // A training's result is its folder.
        if type(of: command).isResultPrinted { try Output.check() }
        return .done
      case .command(let command):
        return try world.onSpeaker {
          try command.run(in: world)
          try Output.check()
        }
      }
    }.rawValue
  }

  /// The exit code for the error of a rank that works alone; says what it is, unless the command has done so.
  static func end(_ error: any Error) -> ExitCode {
    if error is DifferenceFound { return .different }
    if let failed = error as? FilesFailed { return failed.code }
    complain(error)
    return ExitCode(for: error)
  }

  private static var overview: String {
    let list = commands.map { "  \($0.name.padded(to: 13))\($0.summary)" }.joined(separator: "\n")
    return """
      cnn-dist trains convolutional networks on CPU clusters: mpirun -np 4 cnn-dist train

      usage: cnn-dist COMMAND [options]

      \(list)

      `cnn-dist COMMAND --help` shows a command's options, `cnn-dist --version` the version.
      """
  }

  /// One line on standard error.
  static func complain(_ error: any Error) {
    Output.error("cnn-dist: \(error)\n")
  }
}
