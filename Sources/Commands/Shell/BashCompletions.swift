/// Completions for bash: a function that looks at the command and at the word before the one to complete.
enum BashCompletions {
  /// The script.
  static func text(_ commands: [any Command.Type]) -> String {
    """
    # bash completion for cnn-dist
    _cnn_dist() {
      local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
      # bash takes --option=value apart.
      if [[ $word == = ]]; then word=''; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
      COMPREPLY=()
      if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W '\(commands.map { $0.name }.joined(separator: " ")) --help --version' -- "$word"))
        return
      fi
      case $command in
    \(commands.map(branch).joined(separator: "\n"))
      esac
    }
    complete -o bashdefault -F _cnn_dist cnn-dist
    """
  }

  private static func branch(_ command: any Command.Type) -> String {
    let branches = command.allOptions.filter { $0.value != nil }.compactMap { option -> String? in
      let action = action(option.completion)
      guard option.standard != nil else { return "          \(option.flag)) \(action) return ;;" }
      // Where the value may be left out, the word may be another flag as well.
      guard case .words = option.completion else { return nil }
      return "          \(option.flag)) if [[ $word != -* ]]; then \(action) return; fi ;;"
    }
    let flags = (command.allOptions.map(\.flag) + ["--help"]).joined(separator: " ")
    return """
          \(command.name))
            case $before in
      \(branches.joined(separator: "\n"))
            esac
            if [[ $word == -* ]]; then
              COMPREPLY=($(compgen -W '\(flags)' -- "$word"))
            else
              \(action(command.positionalCompletion))
            fi ;;
      """
  }

  /// Words that are names of files: the shell quotes them, and a command that a folder is called like stays a command.
  private static let areNames = "compopt -o filenames 2>/dev/null;"

  /// The words that `completion` offers; names of files may have spaces, so they are read line by line.
  private static func action(_ completion: Completion) -> String {
    switch completion {
    case .none, .any: return ":;"
    case .words(let words): return "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$word\"));"
    case .folders: return "\(areNames) mapfile -t COMPREPLY < <(compgen -d -- \"$word\");"
    case .files(let words):
      let known = words.isEmpty ? "" : "compgen -W '\(words.joined(separator: " "))' -- \"$word\"; "
      return "\(areNames) mapfile -t COMPREPLY < <(\(known)compgen -f -- \"$word\");"
    }
  }
}
