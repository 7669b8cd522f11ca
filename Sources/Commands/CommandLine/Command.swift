import Reports
import Runs
import Training

/// One subcommand: a value that was validated when it was made, and runs once.
protocol Command {
  /// What the user types.
  static var name: String { get }
  /// One line for the list of commands.
  static var summary: String { get }
  /// What follows the name on the usage line, besides options.
  static var positionals: String { get }
  /// Whether all ranks work on it; else rank 0 alone does, and the others have nothing to do.
  static var isCollective: Bool { get }
  /// Whether what it prints is what was asked for.
  static var isResultPrinted: Bool { get }
  /// What its help says below the options; empty for nothing.
  static var notes: String { get }
  /// Command lines that its help shows.
  static var examples: [Example] { get }
  /// What it understands besides `--help` and the options of every command.
  static var options: [Option] { get }
  /// The same as its help shows them; one group without a title if nothing else is said.
  static var groups: [OptionGroup] { get }
  /// Flags of which one stands in another's place, so that one on the command line replaces all in a `--config`.
  static var alternatives: [[String]] { get }
  /// Options of another command that a `--config` may name and that mean nothing here: one file serves all that is done with a
  /// recipe.
  static var otherOptions: [Option] { get }
  /// What a shell completes words with that belong to no flag.
  static var positionalCompletion: Completion { get }

  /// Reads and checks the command line.
  ///
  /// - Throws: `UsageError` in one sentence.
  init(_ arguments: Arguments) throws(UsageError)

  /// Does the work, on all ranks or on rank 0.
  func run(in world: World) throws
}

extension Command {
  static var positionals: String { "" }
  static var isCollective: Bool { false }
  static var isResultPrinted: Bool { true }
  static var notes: String { "" }
  static var examples: [Example] { [] }
  static var groups: [OptionGroup] { [OptionGroup("", options)] }
  static var alternatives: [[String]] { [] }
  static var otherOptions: [Option] { [] }
  static var positionalCompletion: Completion { .none }

  /// Its own options and those of every command.
  static var allOptions: [Option] { options + commonOptions }

  /// Those of every command, but what it has of its own by the same name.
  private static var commonOptions: [Option] {
    Request.commonOptions.filter { common in !options.contains { $0.flag == common.flag } }
  }

  /// Its own groups of options and that of every command's, those without any left out.
  static var allGroups: [OptionGroup] {
    (groups + [OptionGroup("Every command", commonOptions)]).filter { !$0.options.isEmpty }
  }

  /// `cnn-dist train [options]`.
  static var usage: String {
    ["cnn-dist", name, positionals, "[options]"].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// The text behind `--help`.
  static var help: String {
    func words(_ option: Option) -> String { "  \(option.words)" }
    let width = (allOptions.map { words($0).count }.max() ?? 0) + 2
    let list = allGroups.map { group in
      let rows = group.options.map { "\(words($0).padded(to: width))\($0.help)" }
      return ((group.title.isEmpty ? [] : ["\(group.title):"]) + rows).joined(separator: "\n")
    }
    let column = (examples.map { $0.line.count }.max() ?? 0) + 4
    let lines = examples.map { "  \($0.line.padded(to: column))\($0.purpose)" }
    let shown = lines.isEmpty ? [] : ["Examples:\n\(lines.joined(separator: "\n"))"]
    return (["\(summary)\n\nusage: \(usage)"] + list + shown + (notes.isEmpty ? [] : [notes])).joined(separator: "\n\n")
  }
}
