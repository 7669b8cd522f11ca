import Collectives
import Files
import Glibc
import Runs
import Training

/// The program: picks the subcommand, runs it, and says how it ended.
public enum Program {
  /// What `--version` prints.
  public static let version = RunConfiguration.currentVersion

  private static var commands: [any Command.Type] {
    [
      TrainCommand.self, EvaluateCommand.self, InspectCommand.self, SummaryCommand.self, FetchCommand.self,
      CompareCommand.self, ReplayCommand.self, BenchCommand.self,
    ]
  }

  /// Runs the command line `words`, the program's own name left out, and returns the exit code.
  public static func run(_ words: [String], environment: [String: String]) -> Int32 {
    Output.fillStandardStreams()
    Output.outliveReaders()
    // Under mpirun every rank reads the same command line; one voice is enough to say what is wrong with it.
    let isSpeaker = isSpeaker(environment)
    if isSpeaker { Remark.listen { Output.error("cnn-dist: \($0)\n") } }
    do {
      switch try parse(words) {
      case .text(let text):
        if isSpeaker { Output.line(text) }
      case .command(let command):
        if isSpeaker || type(of: command).isCollective { try command.run(environment) }
      }
      return ExitCode.done.rawValue
    } catch is UsageError where !isSpeaker {
      // The launcher kills every rank as soon as one fails: only the speaker does, once it has spoken.
      return ExitCode.done.rawValue
    } catch let failure as SharedFailure {
      return failure.exitCode.rawValue  // `World` has told of it
    } catch is Stopped {
      return ExitCode.stopped.rawValue  // likewise
    } catch is DifferenceFound {
      return ExitCode.different.rawValue  // the command has told of it
    } catch {
      complain(error)
      return ExitCode(for: error).rawValue
    }
  }

  /// Whether this process speaks for all: rank 0, or the only one.
  static func isSpeaker(_ environment: [String: String]) -> Bool {
    ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"].allSatisfy { environment[$0] ?? "0" == "0" }
  }

  private enum Request {
    case text(String)
    case command(any Command)
  }

  private static func parse(_ words: [String]) throws(UsageError) -> Request {
    guard let name = words.first else { throw UsageError("which command? See `cnn-dist --help`") }
    if ["--help", "-h", "help"].contains(name) { return .text(overview) }
    if name == "--version" { return .text("cnn-dist \(version)") }
    guard let command = commands.first(where: { $0.name == name }) else {
      throw UsageError("unknown command \(name): see `cnn-dist --help`")
    }
    let rest = Array(words.dropFirst())
    if rest.contains("--help") || rest.contains("-h") { return .text(command.help) }
    return .command(try command.init(Arguments(rest, options: command.options, command: name)))
  }

  private static var overview: String {
    let list = commands.map { "  \($0.name.padded(to: 10))\($0.summary)" }.joined(separator: "\n")
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
