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
  /// What its help says below the options; empty for nothing.
  static var notes: String { get }
  /// What it understands besides `--help` and `--timeout`.
  static var options: [Option] { get }
  /// The same as its help shows them; one group without a title if nothing else is said.
  static var groups: [OptionGroup] { get }

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
  static var notes: String { "" }
  static var groups: [OptionGroup] { [OptionGroup("", options)] }

  /// Its own options and those of every command.
  static var allOptions: [Option] { options + [Request.timeoutOption] }

  /// The text behind `--help`.
  static var help: String {
    func words(_ option: Option) -> String { "  \(option.words)" }
    let width = (allOptions.map { words($0).count }.max() ?? 0) + 2
    var shown = groups
    if let last = shown.popLast() { shown.append(OptionGroup(last.title, last.options + [Request.timeoutOption])) }
    let list = shown.map { group in
      let rows = group.options.map { "\(words($0).padded(to: width))\($0.help)" }
      return ((group.title.isEmpty ? [] : ["\(group.title):"]) + rows).joined(separator: "\n")
    }.joined(separator: "\n\n")
    let usage = ["cnn-dist", name, positionals, "[options]"].filter { !$0.isEmpty }
    return "\(summary)\n\nusage: \(usage.joined(separator: " "))\n\n\(list)" + (notes.isEmpty ? "" : "\n\n\(notes)")
  }
}
