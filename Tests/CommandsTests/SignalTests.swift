import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// A signal stops a run after its step, with a checkpoint and exit code 75 on every rank, at whatever moment it comes.
  @Suite struct SignalTests {
    private let program: Program

    init() throws { program = try Program() }

    private static let signals = [SIGTERM, SIGINT, SIGUSR1, SIGHUP]
    /// Steps that take a second or more.
    private static let longSteps = "train --dataset synthetic --limit 3000 --batch-size 3000 --validate-every 0"

    private func start(_ options: String, ranks: Int? = nil) throws -> Running {
      let words = [Program.binary] + options.split(separator: " ").map(String.init)
      return try program.start(ranks.map { Program.mpirun + ["-np", "\($0)"] + words } ?? words)
    }

    /// Starts `launch/local 2`.
    private func startScript(_ options: String) throws -> Running {
      try program.start(
        ["\(Program.scripts)/local", "2"] + options.split(separator: " ").map(String.init),
        environment: ["CNN_DIST_BINARY": Program.binary])
    }

    /// What a stopped run must look like: a whole checkpoint at the last step that the metrics tell of.
    private func expectStopped(_ outcome: Program.Outcome, _ run: String) throws {
      #expect(outcome.code == 75, "\(outcome.error)")
      let step = Int(try #require(try program.metrics(run).last { $0["kind"] == .text("step") }?["step"]?.number))
      let words = "stopped after step \(step), with a checkpoint: run again with --resume to go on"
      #expect(outcome.complaints.filter { $0.hasPrefix("stopped") } == [words])
      #expect(try program("inspect \(run)/checkpoints/latest").lines.contains("step: \(step)"))
    }

    /// Nothing was begun, and nothing is there.
    private func expectStoppedBefore(_ outcome: Program.Outcome, _ run: String) throws {
      #expect(outcome.code == 75, "\(outcome.error)")
      #expect(outcome.complaints == ["stopped before there was anything to keep: run it again"], "\(outcome.error)")
      #expect(try !program.names(in: ".").contains(run))
    }

    // MARK: - Training

    @Test(arguments: signals)
    func aSignalToOneRankStopsAll(signal: Int32) throws {
      let running = try start("\(smallRun) --steps 100000 --run run", ranks: 3)
      try program.wait(for: 3, in: "run")
      Glibc.kill(try #require(running.ranks().last), signal)
      try expectStopped(try running.wait(.seconds(60)), "run")
    }

    @Test(arguments: signals)
    func aSignalStopsAProcessAlone(signal: Int32) throws {
      let running = try start("\(smallRun) --steps 100000 --run run")
      try program.wait(for: 3, in: "run")
      Glibc.kill(running.process, signal)
      try expectStopped(try running.wait(.seconds(60)), "run")
    }

    /// mpirun hands SIGUSR1 on to the ranks, and their exit code back.
    @Test func mpirunHandsTheSignalOn() throws {
      let running = try start("\(smallRun) --steps 100000 --run run", ranks: 2)
      try program.wait(for: 3, in: "run")
      Glibc.kill(running.process, SIGUSR1)
      try expectStopped(try running.wait(.seconds(60)), "run")
    }

    @Test func nohupKeepsARunFromItsTerminal() throws {
      let running = try program.start(
        ["nohup", Program.binary] + "\(smallRun) --steps 100000 --run run".split(separator: " ").map(String.init))
      try program.wait(for: 2, in: "run")
      Glibc.kill(running.process, SIGHUP)
      try program.wait(for: 6, in: "run")
      Glibc.kill(running.process, SIGTERM)
      try expectStopped(try running.wait(.seconds(60)), "run")
    }

    // MARK: - A second signal

    @Test(arguments: signals)
    func aSecondSignalEndsAtOnce(signal: Int32) throws {
      let running = try start("\(Self.longSteps) --steps 100 --run run")
      try program.wait(for: 1, in: "run")
      usleep(100_000)
      Glibc.kill(running.process, signal)
      usleep(300_000)
      Glibc.kill(running.process, signal)
      let start = ContinuousClock.now
      let code = try running.wait(.seconds(60)).code
      // On a fast machine the step is done before.
      #expect(code == 128 + signal || code == 75)
      #expect(start.duration(to: .now) < .seconds(5))
    }

    /// `timeout` tells the process and its group; that is one wish.
    @Test func anEchoIsNoSecondSignal() throws {
      let outcome = try program.shell(
        "timeout -s TERM 5 $cnn \(Self.longSteps) --steps 1000 --run run; exit $(($? - 49))")
      #expect(outcome.error.contains("stopped after step"), "\(outcome.error)")
      #expect(outcome.code == 75)  // of timeout's 124, 49 are taken off
    }

    // MARK: - Validation

    /// The validation is left unfinished, the epoch open; the resumed run closes it with the numbers of one that was never
    /// stopped. The last validation is no other.
    @Test(arguments: [1, 2]) func aSignalStopsAValidation(epochs: Int) throws {
      let options = "train --dataset synthetic --limit 80 --batch-size 40 --slice 16 --epochs \(epochs) --run"
      #expect(try program("\(options) control").code == 0)
      let running = try start("\(options) run", ranks: 2)
      // Both steps of the first epoch are done; its validation of 10,000 samples takes seconds.
      try program.wait(for: 2, in: "run")
      usleep(100_000)
      Glibc.kill(try #require(running.ranks().first), SIGTERM)
      try expectStopped(try running.wait(.seconds(60)), "run")
      #expect(try program.metrics("run").count == 2)
      try program.resume("--run run", ranks: 3)
      #expect(try program.finalHash("run") == program.finalHash("control"))
      #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"))
    }

    @Test(arguments: [nil, 2]) func aSignalStopsAnEvaluation(ranks: Int?) throws {
      try program.train("--steps 1 --run run")
      let running = try start("evaluate --run run", ranks: ranks)
      while running.ranks().count < ranks ?? 0 { usleep(1000) }
      sleep(1)
      Glibc.kill(ranks == nil ? running.process : try #require(running.ranks().last), SIGINT)
      #expect([75, 0].contains(try running.wait(.seconds(60)).code))  // a fast machine is through
    }

    // MARK: - Before training

    /// A folder of images that takes a minute and more to decode: one of 4 megapixels, under many names.
    private func makePictures() throws {
      let image = Images.bytes(.jpg, height: 2000, width: 2000) { y, x in (y &* 2_654_435_761 ^ x &* 40_503) & 0xFFFFFF
      }
      for (half, count) in [("train", 500), ("validation", 10)] {
        for name in ["a", "b"] {
          let folder = "\(program.folder)/pictures/\(half)/\(name)"
          try Images.write(image, to: "\(folder)/0.jpg")
          for index in 1..<count { link("\(folder)/0.jpg", "\(folder)/\(index).jpg") }
        }
      }
    }

    @Test(arguments: signals)
    func aSignalStopsReading(signal: Int32) throws {
      try makePictures()
      let running = try start("train --dataset folder --data pictures --input-shape 8x8x3 --run run")
      sleep(1)
      let start = ContinuousClock.now
      Glibc.kill(running.process, signal)
      try expectStoppedBefore(try running.wait(.seconds(60)), "run")
      #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test(arguments: [0, 1])
    func aSignalToOneRankStopsAllThatRead(rank: Int) throws {
      try makePictures()
      let running = try start("train --dataset folder --data pictures --input-shape 8x8x3 --run run", ranks: 2)
      while running.ranks().count < 2 { usleep(1000) }
      sleep(2)
      let start = ContinuousClock.now
      Glibc.kill(running.ranks()[rank], SIGTERM)
      try expectStoppedBefore(try running.wait(.seconds(60)), "run")
      #expect(start.duration(to: .now) < .seconds(10))
    }

    /// The wish is remembered from the first moment on; before the program has begun, a signal ends it as it does any.
    @Test(arguments: [0, 100, 200, 400]) func aSignalWhileStartingUp(milliseconds: Int) throws {
      let running = try start("\(smallRun) --steps 100000 --run run", ranks: 2)
      while running.ranks().count < 2 { usleep(1000) }
      usleep(UInt32(milliseconds * 1000))
      for rank in running.ranks() { Glibc.kill(rank, SIGTERM) }
      let outcome = try running.wait(.seconds(60))
      #expect([75, 128 + SIGTERM].contains(outcome.code), "\(outcome.code) \(outcome.error)")
    }

    // MARK: - launch/local

    @Test(arguments: signals)
    func theScriptStopsARun(signal: Int32) throws {
      let running = try startScript("\(smallRun) --steps 100000 --run run")
      try program.wait(for: 3, in: "run")
      Glibc.kill(running.process, signal)
      try expectStopped(try running.wait(.seconds(60)), "run")
    }

    @Test(arguments: [100, 200, 300, 500])
    func theScriptStopsAStart(milliseconds: Int) throws {
      let running = try startScript("\(smallRun) --steps 100000 --run run")
      usleep(UInt32(milliseconds * 1000))
      Glibc.kill(running.process, SIGTERM)
      let code = try running.wait(.seconds(60)).code
      #expect(code == 75 || code == 128 + SIGTERM)  // the latter before the script has begun
      #expect(running.ranks().isEmpty)
    }

    /// The end of a terminal, and the death of the script: no process is left, and a checkpoint is.
    @Test(arguments: ["hang up", "kill"]) func noProcessIsOrphaned(way: String) throws {
      let outcome = try program.shell(
        """
        cat > terminal.py <<'END'
        import os, pty, signal, sys, time
        # A shell with a terminal of its own runs the script, as a user does.
        process, terminal = pty.fork()
        if process == 0:
            os.execvp("bash", ["bash", "-c", f"{os.environ['launch']}/local 2 \(smallRun) --steps 100000 --run run; true"])
        def lines():
            try: return len(open("run/metrics.jsonl").readlines())
            except OSError: return 0
        os.set_blocking(terminal, False)
        while lines() < 3:
            try: os.read(terminal, 4096)
            except OSError: pass
            time.sleep(0.05)
        if sys.argv[1] == "kill":
            for name in os.listdir("/proc"):
                try: words = open(f"/proc/{name}/cmdline").read().split("\\0")
                except OSError: continue
                if words[1:2] == [f"{os.environ['launch']}/mpirun"] and os.path.realpath(f"/proc/{name}/cwd") == os.getcwd():
                    os.kill(int(name), signal.SIGKILL)
        os.close(terminal)
        END
        python3 terminal.py '\(way)'
        ranks() { for exe in /proc/[0-9]*/exe; do
          if [[ $(readlink $exe) -ef $cnn && $(readlink ${exe%exe}cwd) == $PWD ]]; then echo $exe; fi; done; }
        for attempt in $(seq 300); do if [[ -z $(ranks) ]]; then exit 0; fi; sleep 0.1; done
        ranks; exit 1
        """)
      #expect(outcome.code == 0, "\(outcome.output) \(outcome.error)")
      let step = Int(try #require(try program.metrics("run").last { $0["kind"] == .text("step") }?["step"]?.number))
      #expect(try program("inspect run/checkpoints/latest").lines.contains("step: \(step)"))
    }
  }
}
