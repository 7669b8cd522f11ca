import Runs

/// `cnn-dist man`: the manual page.
struct ManCommand: Command {
  static let name = "man"
  static let summary = "Prints the manual page."
  static let options: [Option] = []
  static let examples = [Example("cnn-dist man | man -l -", "read it")]

  init(_ arguments: Arguments) throws(UsageError) { try arguments.refusePositionals() }

  func run(in world: World) throws { Output.line(ManualPage(Program.commands).text) }
}
