import FoundationEssentials
import Testing

extension ProgramTests {
  /// What shells and manual readers make of what we tell them.
  @Suite struct ShellTests {
    private let program: Program

    init() throws { program = try Program() }

    /// Whether a shell is on this machine; `launch/test` installs them.
    private func has(_ tool: String) throws -> Bool {
      if try program.shell("command -v \(tool)").code == 0 { return true }
      print("SKIPPED, what \(tool) makes of what we tell it: it is not installed")
      return false
    }

    private func bash(_ line: String) throws -> [String] {
      let words = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }.joined(separator: " ")
      return try program.shell(
        "mkdir -p folder 'two words'; touch net.keras; eval \"$($cnn completions bash)\"; COMP_WORDS=(\(words)); "
          + "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _cnn_dist; printf '%s\\n' \"${COMPREPLY[@]}\""
      ).lines.sorted()
    }

    @Test func bashCompletesCommandsOptionsAndValues() throws {
      #expect(try bash("cnn-dist tr") == ["train"])
      #expect(try bash("cnn-dist train --ep") == ["--epochs", "--epsilon"].sorted())
      #expect(try bash("cnn-dist train --optimizer ad").contains("adamw"))
      // The folder has the files of the running tests as well.
      let networks = try bash("cnn-dist train --model ").filter { !$0.hasPrefix(".") }
      #expect(
        networks == [
          "airbench94", "airbench96", "fcn", "folder", "keras-cnn", "keras-cnn-no-dropout", "net.keras", "resnet20",
          "two words",
        ])
      #expect(try bash("cnn-dist train --run ") == ["folder", "two words"])
      #expect(try bash("cnn-dist train --seed ").isEmpty)
      #expect(try bash("cnn-dist fetch cifar100") == ["cifar100"])
      #expect(try bash("cnn-dist inspect ne") == ["net.keras"])
      #expect(try bash("cnn-dist train --normalize --f") == ["--flip"])
      #expect(try bash("cnn-dist train --normalize ").contains("feature"))
      #expect(try bash("cnn-dist train --crop-border r") == ["reflect"])
      #expect(try bash("cnn-dist evaluate --tta mirror-") == ["mirror-shift"])
      // As bash has `--dataset=cif` and `--reduction=`.
      #expect(try bash("cnn-dist train --dataset = cif") == ["cifar10", "cifar100"])
      #expect(try bash("cnn-dist train --reduction =") == ["mpi", "tree"])
      // A folder of a command's name is not what a user types first.
      #expect(try program.shell("$cnn completions bash").lines.last == "complete -o bashdefault -F _cnn_dist cnn-dist")
    }

    @Test func zshTakesItsCompletions() throws {
      guard try has("zsh") else { return }
      let outcome = try program.shell(
        "mkdir -p f; $cnn completions zsh >f/_cnn-dist; zsh -n f/_cnn-dist && zsh -fc "
          + "'autoload -U compinit; compinit -u -D; eval \"$($cnn completions zsh)\"; print $_comps[cnn-dist]'")
      #expect(outcome.output == "_cnn_dist\n", "\(outcome.error)")
      #expect(outcome.error.isEmpty)
      // As a user who types; the answer is what stands on the line.
      for (words, answer) in [
        ("train --optimizer adamw --nest", "--nesterov"), ("train --model resn", "--model resnet20"),
        ("train --dataset=fash", "--dataset=fashion-mnist"), ("evaluate --tta mirror-", "mirror-shift"),
      ] { try expectZsh(words, answer) }
    }

    private func expectZsh(_ words: String, _ answer: String) throws {
      let typed = try program.shell(
        """
        cat >type.zsh <<'END'
        zmodload zsh/zpty
        zpty shell "PS1= zsh -f"
        zpty -w shell "PATH=${cnn%/*}:\\$PATH; autoload -U compinit; compinit -u -D; eval \\"\\$($cnn completions zsh)\\"; stty -echo"
        zpty -w -n shell $'cnn-dist \(words)\\t'
        zpty -r -m shell answer '*\(answer)*' && print found
        END
        zsh -f type.zsh
        """)
      #expect(typed.output == "found\n", "\(words): \(typed.error)")
    }

    @Test func fishCompletesAsItsUserExpects() throws {
      guard try has("fish") else { return }
      func complete(_ line: String) throws -> [String] {
        try program.shell("fish -c '$cnn completions fish | source; complete -C \"\(line)\"'").lines.map {
          String($0.prefix { $0 != "\t" })
        }
      }
      #expect(try complete("cnn-dist tra") == ["train"])
      #expect(try complete("cnn-dist train --nest") == ["--nesterov"])
      #expect(try complete("cnn-dist train --reduction ") == ["mpi", "tree"])
      #expect(try complete("cnn-dist completions f") == ["fish"])
      // Neither other commands' names among files, nor values that may be left out, lead astray.
      #expect(try !complete("cnn-dist export train --").contains("--amsgrad"))
      #expect(try complete("cnn-dist train --flip ") == ["alternate", "random"])
      #expect(try complete("cnn-dist train --dataset=cif").contains("--dataset=cifar10"))
    }

    @Test func theManualPageIsWellFormed() throws {
      guard try has("mandoc") else { return }
      #expect(try program.shell("$cnn man | mandoc -T lint -W warning").output == "")
      let text = try program.shell("$cnn man | mandoc -T utf8 | col -bx").output
      // Columns of a table stay columns.
      for expected in [
        "    grid     lists of values", "--learning-rate X", "--normalize [KIND]", "EXIT STATUS",
        "cnn-dist train --run runs/first",
      ] {
        #expect(text.contains(expected), "\(expected)")
      }
    }
  }
}
