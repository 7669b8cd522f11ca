/// Completions for fish: a line for each command and option, with its help.
enum FishCompletions {
  /// The script.
  static func text(_ commands: [any Command.Type]) -> String {
    let names = commands.map {
      "complete -c cnn-dist -f -n __fish_use_subcommand -a \($0.name) -d \($0.summary.quotedForFish)"
    }
    return (["# fish completion for cnn-dist"] + names + commands.flatMap(lines)).joined(separator: "\n")
  }

  private static func lines(_ command: any Command.Type) -> [String] {
    let condition = "-n '__fish_seen_subcommand_from \(command.name)'"
    let options = command.allOptions.map { option in
      let isLong = option.flag.hasPrefix("--")
      let name = isLong ? "-l \(option.flag.dropFirst(2))" : "-s \(option.flag.dropFirst())"
      return "complete -c cnn-dist \(condition) \(name)\(value(option)) -d \(option.help.quotedForFish)"
    }
    let rest =
      switch command.positionalCompletion {
      case .none, .any: ["complete -c cnn-dist \(condition) -f"]
      case .words(let words): ["complete -c cnn-dist \(condition) -f -a '\(words.joined(separator: " "))'"]
      case .folders: ["complete -c cnn-dist \(condition) -f -a '(__fish_complete_directories)'"]
      case .files: ["complete -c cnn-dist \(condition) -F"]
      }
    return options + rest
  }

  private static func value(_ option: Option) -> String {
    let required = option.standard == nil ? " -x" : ""
    return switch option.completion {
    case .none: ""
    case .any: required
    case .words(let words): "\(required) -a '\(words.joined(separator: " "))'"
    case .folders: " -x -a '(__fish_complete_directories)'"
    case .files(let words): words.isEmpty ? " -r -F" : " -r -F -a '\(words.joined(separator: " "))'"
    }
  }
}

extension String {
  /// In single quotes, as fish reads them.
  fileprivate var quotedForFish: String {
    "'\(replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
  }
}
