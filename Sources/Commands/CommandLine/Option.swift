/// One `--flag` of a subcommand, as its help shows it and as the command line is checked against.
struct Option {
  /// With its dashes: `--epochs`.
  let flag: String
  /// What stands for its value in the help, `N`; nil for a switch without a value.
  let value: String?
  /// One line of help.
  let help: String

  init(_ flag: String, _ value: String? = nil, _ help: String) {
    self.flag = flag
    self.value = value
    self.help = help
  }
}

/// Options that belong together, under a title of their own in the help.
struct OptionGroup {
  /// `Learning rate`; empty for the only group of a command.
  let title: String
  let options: [Option]

  init(_ title: String, _ options: [Option]) {
    self.title = title
    self.options = options
  }
}
