import Runs

/// `cnn-dist completions`: what makes a shell complete our commands, options and their values.
struct CompletionsCommand: Command {
  static let name = "completions"
  static let summary = "Prints what makes a shell complete commands and options."
  static let positionals = "bash|zsh|fish"
  static let options: [Option] = []
  static let positionalCompletion = Completion.words(["bash", "zsh", "fish"])
  static let examples = [
    Example("eval \"$(cnn-dist completions bash)\"", "in ~/.bashrc"),
    Example("eval \"$(cnn-dist completions zsh)\"", "in ~/.zshrc, behind compinit"),
    Example("cnn-dist completions fish | source", "in ~/.config/fish/config.fish"),
  ]

  private let make: ([any Command.Type]) -> String

  init(_ arguments: Arguments) throws(UsageError) {
    switch arguments.positionals {
    case ["bash"]: make = BashCompletions.text
    case ["zsh"]: make = ZshCompletions.text
    case ["fish"]: make = FishCompletions.text
    default: throw UsageError("completions takes one shell: cnn-dist completions \(Self.positionals)")
    }
  }

  func run(in world: World) throws { Output.line(make(Program.commands)) }
}
