import FoundationEssentials
import Glibc
import Testing

extension PatientTests {
  /// `launch/supervise`: what leads to a restart, and with what; who takes part; how it ends.
  @Suite struct SuperviseTests {
    private let program: Program

    init() throws { program = try Program() }

    private static let script = "\(Program.scripts)/supervise"

    private func start(_ options: String, _ line: String) throws -> Running {
      try program.start(
        (["\(Self.script)"] + options.split(separator: " ").map(String.init) + ["--"])
          + line.split(separator: " ").map(String.init), environment: ["CNN_DIST_BINARY": Program.binary])
    }

    // MARK: - Real runs

    /// A rank is killed twice; nobody does anything about it, and the run ends as if nothing had been.
    @Test(arguments: [SIGKILL, SIGSTOP]) func aLostRankIsStartedAgain(signal: Int32) throws {
      let options = "\(smallRun) --steps 150 --checkpoint-every 10 --timeout 3 --run"
      try program.train("--steps 150 --run control")
      let running = try start("--pause 0", "\(Program.scripts)/local 2 \(options) run")
      for lines in [20, 80] {
        try program.wait(for: lines, in: "run")
        while running.ranks().count < 2 { usleep(1000) }
        Glibc.kill(try #require(running.ranks().randomElement()), signal)
      }
      let outcome = try running.wait(.seconds(120))
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.error.contains("supervise: exit code 69, and the run has come to step "), "\(outcome.error)")
      #expect(outcome.error.contains("; restart 2 of 20 in 0 s"), "\(outcome.error)")
      #expect(try program.finalHash("run") == program.finalHash("control"))
      #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"))
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGUSR1]) func aSignalEndsItAndItsJob(signal: Int32) throws {
      let running = try start("", "\(Program.scripts)/local 2 \(smallRun) --steps 100000 --run run")
      try program.wait(for: 3, in: "run")
      let ranks = running.ranks()
      Glibc.kill(running.process, signal)
      let outcome = try running.wait(.seconds(60))
      #expect(outcome.code == 75, "\(outcome.error)")
      #expect(outcome.error.contains("stopped after step") && !outcome.error.contains("restart"), "\(outcome.error)")
      #expect(ranks.count == 2 && ranks.allSatisfy { !Running.isAlive($0) })
    }

    /// Killed outright, it leaves nothing behind.
    @Test func itsDeathStopsTheRun() throws {
      let running = try start("", "\(Program.scripts)/local 2 \(smallRun) --steps 100000 --run run")
      try program.wait(for: 3, in: "run")
      let ranks = running.ranks()
      Glibc.kill(running.process, SIGKILL)
      var attempts = 0
      while ranks.contains(where: { Running.isAlive($0) }) && attempts < 300 {
        usleep(100_000)
        attempts += 1
      }
      #expect(ranks.count == 2 && ranks.allSatisfy { !Running.isAlive($0) })
      let step = Int(try #require(try program.metrics("run").last { $0["kind"] == .text("step") }?["step"]?.number))
      #expect(try program("inspect run/checkpoints/latest").lines.contains("step: \(step)"))
    }

    /// One of two hosts does not answer: the run begins without, and takes it in once it does.
    @Test func hostsThatAnswerTakePart() throws {
      let outcome = try program.shell(
        """
        printf 'played1 slots=1\\nplayed2 slots=1\\n' >machines
        printf '#!/bin/bash\\nwhile [[ $1 == -* ]]; do shift; done; [[ ! -e down-$1 ]] || exit 255
          export TMPDIR=$PWD/tmp-$1; mkdir -p "$TMPDIR"; shift; exec bash -c "$*"\\n' >agent
        chmod +x agent
        export OMPI_MCA_plm_rsh_agent=$PWD/agent OMPI_MCA_btl=self,tcp
        touch down-played2
        (while [[ $(cat run/metrics.jsonl 2>/dev/null | wc -l) -lt 20 ]]; do sleep 0.05; done; rm down-played2) &
        "$launch/supervise" --look-every 1 -- "$launch/hosts" machines \(smallRun) --steps 200 --run run
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.error.contains("supervise: no answer from played2: the run goes on without"))
      #expect(outcome.error.contains("supervise: played2 answers again"), "\(outcome.error)")
      let worlds = outcome.lines.filter { $0.hasPrefix("ranks ") }.map { $0.prefix(14) }
      #expect(worlds == ["ranks       1 ", "ranks       2 "], "\(outcome.output)")
      try program.train("--steps 200 --run control")
      #expect(try program.finalHash("run") == program.finalHash("control"))
    }

    // MARK: - What leads to what

    /// In the launcher's place stands a script that notes its words, and ends with the codes in `codes`, one a start.
    private func outcome(_ options: String, codes: String, _ line: String, before: String = "") throws
      -> Program.Outcome
    {
      try program.shell(
        """
        printf '#!/bin/bash\\necho "$*" >>starts\\nmapfile -t codes <codes\\nexit ${codes[$(wc -l <starts) - 1]:-0}\\n' >job
        chmod +x job
        printf '%s\\n' \(codes) >codes
        \(before)
        "$launch/supervise" --pause 0 \(options) -- ./job \(line)
        """)
    }

    private func starts() throws -> [String] { try program.text("starts").split(separator: "\n").map(String.init) }

    @Test(
      arguments: [
        ("0", 0, 1), ("64 0", 64, 1), ("65 0", 65, 1), ("66 0", 66, 1), ("75 0", 75, 1), ("127 0", 127, 1),
        ("69 0", 0, 2),
        ("1 0", 0, 2), ("137 132 69 0", 0, 4), ("69 65 0", 65, 2),
      ] as [(String, Int32, Int)])
    func codesLeadToRestarts(codes: String, code: Int32, count: Int) throws {
      let outcome = try outcome("", codes: codes, "train --run run")
      #expect(outcome.code == code, "\(outcome.error)")
      #expect(try starts().count == count)
    }

    @Test func aStoppedRunGoesOnWhereThatIsWished() throws {
      #expect(try outcome("--restart-stopped", codes: "75 75 0", "train --run run").code == 0)
      #expect(try starts().count == 3)
    }

    /// Ten seconds may be what a full disk needs.
    @Test func aDiskHasTime() throws {
      let start = ContinuousClock.now
      #expect(try outcome("", codes: "74 0", "train --run run").code == 0)
      #expect(start.duration(to: .now) >= .seconds(9))
    }

    @Test func itGivesUp() throws {
      let outcome = try outcome("--max-restarts 2", codes: "69 137 69 0", "train --run run")
      #expect(outcome.code == 69)
      #expect(try starts().count == 3)
      #expect(outcome.error.contains("after 2 restarts this gives up"), "\(outcome.error)")
    }

    @Test func aFailureThatComesAgainIsSaidToDoSo() throws {
      let outcome = try outcome(
        "", codes: "69 69 0", "train --run run",
        before: #"mkdir -p run/checkpoints; printf '{"kind":"step","step":7}\n' >run/metrics.jsonl"#)
      #expect(outcome.code == 0)
      let lines = outcome.error.split(separator: "\n").filter { $0.contains("failure 2 in a row at step 7") }
      #expect(lines.count == 1, "\(outcome.error)")
    }

    @Test func aRunThatIsThereIsGoneOnWith() throws {
      let line = "train --weights w.h5 --run=run --weights=x --epochs 2"
      #expect(try outcome("", codes: "69 0", line).code == 0)
      #expect(try starts() == [line, line])
      let next = try outcome("", codes: "0", line, before: "mkdir -p run; touch run/config.json; rm -f starts")
      #expect(next.code == 0)
      #expect(try starts() == ["\(line) --resume"])
    }

    /// Where the command stands is by the launcher: the same word elsewhere is a file, a host, or a job's name.
    @Test(
      arguments: [
        ("./job evaluate --run run --predictions train", true), ("./job --name=x train --run run", true),
        ("./job --name train cnn-dist evaluate", true), ("./job -np 2 a/cnn-dist train", false),
        ("./job --hostfile data cnn-dist train --name evaluate", false), ("./local train evaluate", true),
        ("./local 2 train", false), ("./hosts train train", false),
        ("./hosts train evaluate --predictions train", true),
      ])
    func theCommandIsFound(line: String, isTaken: Bool) throws {
      let outcome = try program.shell(
        """
        printf '#!/bin/bash\n' >job
        chmod +x job
        cp job local
        cp job hosts
        echo localhost >train
        "$launch/supervise" -- \(line)
        """)
      #expect(outcome.code == (isTaken ? 0 : 64), "\(outcome.error)")
      #expect(outcome.error.contains("needs --run DIR") == !isTaken, "\(outcome.error)")
    }

    @Test(
      arguments: [
        ("-- $launch/local 2 train", 64, "needs --run DIR"), ("", 64, "what is to be run?"),
        ("--max-restarts x -- true", 64, "takes a number, not x"), ("--pause", 64, "takes a number, not nothing"),
        ("-- $launch/hosts none train --run r", 66, "none cannot be read"),
      ] as [(String, Int32, String)])
    func whatCannotBeIsRefused(_ words: String, _ code: Int32, _ said: String) throws {
      let outcome = try program.shell("$launch/supervise \(words)")
      #expect(outcome.code == code)
      #expect(outcome.error.contains(said), "\(outcome.error)")
    }
  }
}
