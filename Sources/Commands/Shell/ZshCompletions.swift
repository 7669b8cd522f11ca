/// Completions for zsh: each option with its help, by `_arguments`.
enum ZshCompletions {
  /// The script, which works when it is evaluated and as a file `_cnn-dist` on the `fpath`.
  static func text(_ commands: [any Command.Type]) -> String {
    let names = commands.map { "    '\(quoted("\($0.name):\($0.summary)"))'" }.joined(separator: "\n")
    return """
      #compdef cnn-dist
      # zsh completion for cnn-dist
      _cnn_dist_names_or_files() { _alternative "names:name:($*)" 'files:file:_files' }
      _cnn_dist() {
        local -a commands=(
      \(names)
        )
        if ((CURRENT == 2)); then
          _describe command commands
          return
        fi
        local command=$words[2]
        shift words
        ((CURRENT--))
        case $command in
      \(commands.map(branch).joined(separator: "\n"))
        esac
      }
      if [[ $funcstack[1] == _cnn-dist ]]; then _cnn_dist "$@"; else compdef _cnn_dist cnn-dist; fi
      """
  }

  private static func branch(_ command: any Command.Type) -> String {
    let lines = command.allOptions.map(specification) + ["'--help[show the options]'"]
    let rest = action(command.positionalCompletion).map { ["'*:\($0.message):\($0.action)'"] } ?? []
    return "    \(command.name)) _arguments \((lines + rest).joined(separator: " \\\n      ")) ;;"
  }

  /// `'--epochs=[train until N epochs are done]:N: '`: the value in the same word or in the next.
  private static func specification(_ option: Option) -> String {
    let help = option.help.replacing("[", with: "(").replacing("]", with: ")")
    guard let value = option.value else { return "'\(quoted("\(option.flag)[\(help)]"))'" }
    let action = action(option.completion)?.action ?? " "
    let sign = option.flag.hasPrefix("--") ? "=" : ""
    return "'\(quoted("\(option.flag)\(sign)[\(help)]:\(option.standard == nil ? "" : ":")\(value):"))\(action)'"
  }

  private static func action(_ completion: Completion) -> (message: String, action: String)? {
    switch completion {
    case .none: nil
    case .any: ("value", " ")
    case .words(let words): ("word", "(\(words.joined(separator: " ")))")
    case .folders: ("folder", "_files -/")
    case .files(let words):
      ("file", words.isEmpty ? "_files" : "{_cnn_dist_names_or_files \(words.joined(separator: " "))}")
    }
  }

  /// Inside single quotes.
  private static func quoted(_ text: String) -> String { text.replacing("'", with: #"'\''"#) }
}
