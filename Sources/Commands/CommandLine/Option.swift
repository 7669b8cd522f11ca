/// One `--flag` of a subcommand, as its help shows it and as the command line is checked against.
struct Option {
  /// With its dashes: `--epochs`.
  let flag: String
  /// What stands for its value in the help, `N`; nil for a switch without a value.
  let value: String?
  /// What its value is where it is left out; nil where it must not be.
  let standard: String?
  /// One line of help.
  let help: String

  init(_ flag: String, _ value: String? = nil, standard: String? = nil, _ help: String) {
    self.flag = flag
    self.value = value
    self.standard = standard
    self.help = help
  }

  /// `--epochs N`; `--normalize [KIND]` where the value may be left out.
  var words: String {
    [flag, standard == nil ? value : value.map { "[\($0)]" }].compactMap(\.self).joined(separator: " ")
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
