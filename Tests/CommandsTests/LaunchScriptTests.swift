import FoundationEssentials
import Glibc
import Testing

extension ProgramTests {
  /// The scripts in `launch`: how they are written, what they say of themselves, and that they hand on what they are given.
  @Suite struct LaunchScriptTests {
    private let program: Program

    init() throws { program = try Program() }

    /// Everything in `launch` that can be called.
    private static let scripts = ((try? FileManager.default.contentsOfDirectory(atPath: Program.scripts)) ?? [])
      .filter { name in
        var status = stat()
        return stat("\(Program.scripts)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
          && access("\(Program.scripts)/\(name)", X_OK) == 0
      }.sorted()

    @Test func shellcheckFindsNothing() throws {
      guard access("/usr/bin/shellcheck", X_OK) == 0 else {
        print("SKIPPED: shellcheck is not there: install the package shellcheck")
        return
      }
      let outcome = try program.shell(
        """
        cd "$launch/.."
        mapfile -t scripts < <(grep -lE '^#!.*sh$' launch/* .ci/run Tests/*/*.sh 2>/dev/null)
        echo "${#scripts[@]}"
        shellcheck "${scripts[@]}"
        """)
      #expect(outcome.code == 0, "\(outcome.output)")
      #expect(try #require(outcome.lines.first.flatMap { Int($0) }) >= 14)
    }

    /// Every article and every comment on a public declaration, without a warning.
    @Test func theDocumentationIsBuilt() throws {
      let outcome = try program.shell("\"$launch/docs\" docs")
      #expect(outcome.code == 0, "\(outcome.error)")
      let archives = try program.names(in: "docs").filter { $0.hasSuffix(".doccarchive") }
      #expect(archives.contains("CNNDist.doccarchive") && archives.count >= 10)
    }

    /// What the README and the articles point to is there. DocC does not look at links to files.
    @Test func everyLinkLeadsSomewhere() throws {
      let outcome = try program.shell(
        """
        cd "$launch/.."
        mapfile -t articles < <(ls README.md Sources/*/*.docc/*.md)
        echo "${#articles[@]} articles"
        for article in "${articles[@]}"; do
          while IFS= read -r link; do
            [[ $link == *://* || -e $(dirname "$article")/$link ]] || echo "$article: $link"
          done < <(grep -oE '\\]\\([^)# ]+' "$article" | cut -c 3-)
        done
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines.count == 1, "\(outcome.output)")
      #expect(try #require(outcome.lines.first.flatMap { Int($0.prefix { $0 != " " }) }) >= 30)
    }

    @Test(arguments: scripts) func helpHasAnExample(script: String) throws {
      let outcome = try program.shell("cd / && \"$launch\"/\(script) --help")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.error.isEmpty)
      let takesNothing = outcome.output.contains("no argument") || script == "program"
      #expect(takesNothing || outcome.lines.filter { $0.contains("launch/\(script)") }.count >= 2, "\(outcome.output)")
      #expect(!outcome.output.contains("set -euo") && !outcome.output.contains("#SBATCH"))
    }

    /// `mpirun` has options of its own, and says itself which it does not know.
    @Test(arguments: scripts.filter { $0 != "mpirun" }) func anUnknownOptionIsRefused(script: String) throws {
      let outcome = try program.shell("\"$launch\"/\(script) --no-such-option")
      #expect(outcome.code == 64, "\(outcome.error)")
      #expect(outcome.error.contains("no-such-option") || outcome.error.contains("sage:") || script == "slurm.sbatch")
      #expect(outcome.output.isEmpty)
    }

    /// Open MPI counts cores, not what runs on them at once, and OpenMP's settings are none of its business.
    @Test func threadsOfACoreAreAsGoodAsCores() throws {
      let outcome = try program.shell(
        "export HWLOC_SYNTHETIC='core:1 pu:2' OMP_NUM_THREADS=8; \"$launch/local\" 2 \(smallRun) --steps 1 --run two && "
          + "\"$launch/local\" 5 \(smallRun) --steps 1 --run five")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(try program.finalHash("two") == program.finalHash("five"))
    }

    // MARK: - What they hand on

    /// A stand-in for the program, in a folder with spaces, that says what it was called with.
    private static let standIn = """
      mkdir -p 'a folder'
      printf '#!/bin/bash\\nprintf "%%q " "$@"; echo; exit 7\\n' >'a folder/pro gram'
      chmod +x 'a folder/pro gram'
      export CNN_DIST_BINARY='a folder/pro gram'

      """
    private static let words = #"'a b' '' "it's" '"q"' $'two\nlines' '*' '$HOME' --x=y"#
    private static let spelled = #"a\ b '' it\'s \"q\" $'two\nlines' \* \$HOME --x=y "#

    @Test func localHandsOnWhatItIsGiven() throws {
      let outcome = try program.shell(Self.standIn + "\"$launch/local\" 2 train \(Self.words)")
      #expect(outcome.code == 7)
      #expect(outcome.lines == Array(repeating: "train \(Self.spelled)", count: 2), "\(outcome.output)")
    }

    /// In the place of ssh stands a script that notes the host, and runs what is for it here. As ssh does, it hands a line to a
    /// shell; Open MPI quotes what needs it.
    /// Each host is played with a folder for temporary files of its own: Open MPI's daemons would share files there.
    @Test func hostsStartsARankOnEachOfTheHosts() throws {
      let outcome = try program.shell(
        """
        printf 'played1 slots=1\\nplayed2 slots=1\\n' >'my machines'
        printf '#!/bin/bash\\nwhile [[ $1 == -* ]]; do shift; done; echo "$1" >>asked
          export TMPDIR=$PWD/tmp-$1; mkdir -p "$TMPDIR"; shift; exec bash -c "$*"\\n' >ssh
        chmod +x ssh
        export OMPI_MCA_plm_rsh_agent=$PWD/ssh OMPI_MCA_btl=self,tcp
        "$launch/hosts" 'my machines' \(smallRun) --steps 3 --run 'a run'
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(try program.text("asked").split(separator: "\n").sorted() == ["played1", "played2"])
      #expect(outcome.lines.first?.hasPrefix("ranks       2 on ") == true, "\(outcome.output)")
      try program.train("--steps 3 --run control")
      #expect(
        try program.hash("control/checkpoints/latest") == program.shell("$cnn inspect 'a run/checkpoints/latest'").hash)
    }

    @Test(
      arguments: [
        ("hosts none train", 66, "none cannot be read"), ("hosts", 64, "usage: "), ("local 0 train", 64, "usage: "),
        ("local two train", 64, "usage: "), ("local 2", 64, "usage: "), ("mpirun", 64, "usage: "),
      ] as [(String, Int32, String)])
    func whatCannotBeIsRefused(_ line: String, _ code: Int32, _ words: String) throws {
      let outcome = try program.shell("$launch/\(line)")
      #expect(outcome.code == code)
      #expect(outcome.error.contains(words), "\(outcome.error)")
    }

    @Test func aProgramThatIsNotThereIsNamed() throws {
      for script in ["local 2", "hosts machines"] {
        let outcome = try program.shell("touch machines; CNN_DIST_BINARY=/no/program $launch/\(script) train")
        #expect(outcome.code == 66)
        #expect(outcome.error == "launch/program: CNN_DIST_BINARY is /no/program, which is no program\n")
      }
    }
  }
}

extension Program.Outcome {
  /// The hash of weights, where `inspect` has printed one.
  fileprivate var hash: String {
    String(lines.last { $0.hasPrefix("weights sha256: ") }?.dropFirst(16) ?? "")
  }
}
