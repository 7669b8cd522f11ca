/// Completions for fish: a line for each command and option, with its help.
enum FishCompletions {
  /// The script.
  static func text(_ commands: [any Command.Type]) -> String {
    let names = commands.map {
      "complete -c cnn-dist -f -n __fish_use_subcommand -a \($0.name) -d \($0.summary.quotedForFish)"
    }
    return ([heading] + names + commands.flatMap(lines)).joined(separator: "\n")
  }

  /// What lines ask: whether the first word is a command, and the last one before the cursor an option.
  private static let heading = """
    # fish completion for cnn-dist
    function __cnn_dist_is
      set -l words (commandline -opc)
      test (count $words) -gt 1; and test $words[2] = $argv[1]
    end
    function __cnn_dist_follows
      test (commandline -opc)[-1] = $argv[1]
    end
    """

  private static func lines(_ command: any Command.Type) -> [String] {
    let condition = "-n '__cnn_dist_is \(command.name)'"
    let options = command.allOptions.flatMap { option in
      let isLong = option.flag.hasPrefix("--")
      let name = isLong ? "-l \(option.flag.dropFirst(2))" : "-s \(option.flag.dropFirst())"
      let line = "complete -c cnn-dist \(condition) \(name)\(value(option)) -d \(option.help.quotedForFish)"
      guard option.standard != nil, case .words(let words) = option.completion else { return [line] }
      // fish knows no option that may be without its value.
      let follows = "-n '__cnn_dist_is \(command.name); and __cnn_dist_follows \(option.flag)'"
      return [line, "complete -c cnn-dist \(follows) -f -a '\(words.joined(separator: " "))'"]
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
