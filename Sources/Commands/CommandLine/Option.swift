/// One `--flag` of a subcommand, as its help shows it and as the command line is checked against.
struct Option {
  /// With its dashes: `--epochs`.
  let flag: String
  /// What stands for its value in the help, `N`; nil for a switch without a value.
  let value: String?
  /// What its value is where it is left out; nil where it must not be.
  let standard: String?
  /// The words that its value may be; empty where it may be any, and those that are known where it may be a file as well.
  let choices: [String]
  /// One line of help.
  let help: String

  init(_ flag: String, _ value: String? = nil, standard: String? = nil, choices: [String] = [], _ help: String) {
    self.flag = flag
    self.value = value
    self.standard = standard
    self.choices = choices
    self.help = help
  }

  /// `--epochs N`; `--normalize [KIND]` where the value may be left out.
  var words: String {
    [flag, standard == nil ? value : value.map { "[\($0)]" }].compactMap(\.self).joined(separator: " ")
  }

  /// What a shell completes its value with.
  var completion: Completion {
    switch value {
    case nil: .none
    case "FILE", "PATH", "MODEL": .files(and: choices)
    case "DIR": .folders
    default: choices.isEmpty ? .any : .words(choices)
    }
  }
}

/// What a shell offers for a word that is not written out yet.
enum Completion {
  /// Nothing, for no word belongs there.
  case none
  /// Nothing, for it may be anything.
  case any
  /// These words.
  case words([String])
  /// The files that there are, and these words.
  case files(and: [String])
  /// The folders that there are.
  case folders
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

/// A command line that is shown in the help, and what it does.
struct Example {
  /// As it is typed.
  let line: String
  /// What it does, in a few words.
  let purpose: String

  init(_ line: String, _ purpose: String) {
    self.line = line
    self.purpose = purpose
  }
}
