import Glibc
import Testing

extension PatientTests {
  /// Processes die at any moment; runs do not.
  @Suite struct KillTests {
    private let program: Program

    init() throws { program = try Program() }

    private func start(_ options: String, ranks: Int) throws -> Running {
      try program.start(
        Program.mpirun + ["-np", "\(ranks)", Program.binary] + options.split(separator: " ").map(String.init))
    }

    /// Killed at random moments, in the midst of a checkpoint or of a step, on changing numbers of ranks.
    @Test func aRunThatIsKilledAgainAndAgainEndsAsIfItWereNot() throws {
      let options = "--checkpoint-every 1 --run"
      try program.train("--steps 12 \(options) control")
      var random = SystemRandomNumberGenerator()
      var moments: [Int] = []
      for attempt in 0..<5 {
        let ranks = 1 + attempt % 3
        let isRun = try program.names(in: ".").contains("run") && program.names(in: "run").contains("config.json")
        let command = isRun ? "train --resume --run run" : "\(smallRun) --steps 12 \(options) run"
        let running = try start(command, ranks: ranks)
        let moment = Int.random(in: 300...1800, using: &random)
        moments.append(moment)
        usleep(UInt32(moment * 1000))
        running.kill()
      }
      if try !program.names(in: "run").contains("config.json") { try program.train("--steps 12 \(options) run") }
      try program.resume("--run run", ranks: 2)
      #expect(try program.finalHash("run") == program.finalHash("control"), "killed after \(moments) ms")
      #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"), "killed after \(moments) ms")
      let leftovers = try program.names(in: "run/checkpoints").filter { $0.contains(".tmp.") }
      #expect(leftovers.isEmpty)
      #expect(try program.names(in: "run/checkpoints") == program.names(in: "control/checkpoints"))
    }

    /// The clock of rank 0 says when, and all ranks agree about what is written.
    @Test(arguments: [1, 2]) func aCheckpointIsWrittenInTime(ranks: Int) throws {
      // An epoch has 200 steps.
      let options = "train --dataset synthetic --limit 8000 --batch-size 40 --slice 16 --validate-every 0"
      let running = try start("\(options) --checkpoint-seconds 1 --run run", ranks: ranks)
      try program.wait(for: 2, in: "run")
      usleep(2_500_000)
      let before = try program.lineCount("run")
      running.kill()
      let checkpoint = try #require(
        try program.names(in: "run/checkpoints").filter { $0.hasPrefix("step-") && !$0.contains(".tmp.") }.max())
      let step = try #require(Int(checkpoint.dropFirst(5).prefix(8)))
      #expect(step > 0 && step <= before && !step.isMultiple(of: 200), "\(checkpoint) of \(before) steps")
      try program.resume("--steps \(step + 1) --run run")
      #expect(try program("verify run").code == 0)
    }

    /// One rank dies: the others and the launcher end too, soon.
    @Test func noRankOutlivesAnother() throws {
      let running = try start("\(smallRun) --steps 100000 --run run", ranks: 3)
      try program.wait(for: 2, in: "run")
      let ranks = running.ranks()
      #expect(ranks.count == 3)
      Glibc.kill(try #require(ranks.last), SIGKILL)
      #expect(try running.wait(.seconds(30)).code != 0)
      #expect(running.ranks().isEmpty)
    }

    @Test func aSecondProcessIsKeptOutOfARun() throws {
      let running = try program.start(
        [Program.binary] + "\(smallRun) --steps 100000 --run run".split(separator: " ").map(String.init))
      try program.wait(for: 1, in: "run")
      let outcome = try program("train --resume --run run", ranks: 2)
      #expect(outcome.code == 74)
      #expect(outcome.complaints.count == 1)
      #expect(outcome.error.contains("another process is writing to this run"))
      running.kill()
      try program.resume("--run run --steps 1")
    }

    /// Half a line, as a power cut leaves it.
    @Test func aTornLineOfMetricsIsWrittenAnew() throws {
      try program.train("--steps 5 --run control")
      try program.train("--steps 4 --run run")
      _ = try program.shell(#"printf '{"accuracy":0.05,"epo' >> run/metrics.jsonl"#)
      try program.resume("--steps 5 --run run")
      #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"))
    }
  }
}
