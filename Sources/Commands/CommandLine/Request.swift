import Runs
import Training

/// What a command line asks for.
struct Request {
  enum Action {
    /// To show a text.
    case text(String)
    /// To run a command.
    case command(any Command)
  }

  let action: Action
  /// How long ranks at work are to wait for a sign of life from one another; nil where nothing is said of it.
  private(set) var timeout: Duration?
  /// Whether nothing is to be said but what was asked for and what went wrong.
  private(set) var isQuiet = false
  /// The command's options and what else stands on the line, as they were understood: what all ranks must share.
  private(set) var words: [String: String] = [:]

  /// The options that every command has.
  static let commonOptions = [configOption, quietOption, timeoutOption]

  /// The option that names a file of others.
  static let configOption = Option(
    "--config", "FILE",
    "take options from a JSON file, as {\"epochs\": 25, \"flip\": true}; those on the command line win")

  private static let quietOption = Option("--quiet", nil, "say only what was asked for and what went wrong")

  private static let timeoutOption = Option(
    "--timeout", "S", "give up a rank of which nothing is heard for S seconds of work (default 300)")

  /// Whether all ranks work on it.
  var isCollective: Bool {
    if case .command(let command) = action { type(of: command).isCollective } else { false }
  }

  /// The command that tells of what is wrong itself; nil for any other.
  var doctor: DoctorCommand? {
    if case .command(let command) = action { command as? DoctorCommand } else { nil }
  }

  /// Reads `words`, the program's own name left out.
  ///
  /// - Throws: `UsageError` in one sentence.
  init(_ words: [String], commands: [any Command.Type], overview: String) throws(UsageError) {
    guard let name = words.first else { throw UsageError("which command? See `cnn-dist --help`") }
    guard !["--help", "-h", "help"].contains(name) else {
      action = .text(overview)
      return
    }
    guard name != "--version" else {
      action = .text("cnn-dist \(Program.version)")
      return
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      let known = commands.map { $0.name }
      throw UsageError("unknown command \(name)\(Suggestion.words(for: name, among: known)): see `cnn-dist --help`")
    }
    let rest = Array(words.dropFirst())
    guard !rest.contains("--help"), !rest.contains("-h") else {
      action = .text(command.help)
      return
    }
    var arguments = try Arguments(rest, options: command.allOptions, command: name)
    // A command may have a file of its own kind.
    if let path = arguments.string(Self.configOption.flag), !command.options.contains(where: { $0.flag == "--config" })
    {
      let file = try OptionsFile(path)
      let given = try file.given(for: command.allOptions, of: name, besides: command.otherOptions)
      arguments.add(given, alternatives: command.alternatives, source: file.source)
    }
    if let seconds = try arguments.integer(Self.timeoutOption.flag, in: 1...31_536_000) { timeout = .seconds(seconds) }
    isQuiet = arguments.has(Self.quietOption.flag)
    action = .command(try command.init(arguments))
    self.words = arguments.all
  }
}
