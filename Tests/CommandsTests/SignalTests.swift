import Glibc
import Testing

extension ProgramTests {
  /// A signal stops a run after its step, with a checkpoint and exit code 75 on every rank.
  @Suite struct SignalTests {
    private let program: Program

    init() throws { program = try Program() }

    private static let signals = [SIGTERM, SIGINT, SIGUSR1]

    /// What a stopped run must look like: a whole checkpoint at the last step that the metrics tell of.
    private func expectStopped(_ outcome: Program.Outcome, _ run: String) throws {
      #expect(outcome.code == 75, "\(outcome.error)")
      let step = Int(try #require(try program.metrics(run).last { $0["kind"] == .text("step") }?["step"]?.number))
      let words = "stopped after step \(step), with a checkpoint: run again with --resume to go on"
      #expect(outcome.complaints.filter { $0.hasPrefix("stopped") } == [words])
      #expect(try program("inspect \(run)/checkpoints/latest").lines.contains("step: \(step)"))
    }

    @Test(arguments: signals)
    func aSignalToOneRankStopsAll(signal: Int32) throws {
      let running = try program.start(
        Program.mpirun + ["-np", "3", Program.binary]
          + "\(smallRun) --steps 100000 --run run".split(separator: " ").map(String.init))
      try program.wait(for: 3, in: "run")
      Glibc.kill(try #require(running.ranks().last), signal)
      try expectStopped(try running.wait(.seconds(60)), "run")
    }

    @Test(arguments: signals)
    func aSignalStopsAProcessAlone(signal: Int32) throws {
      let running = try program.start(
        [Program.binary] + "\(smallRun) --steps 100000 --run run".split(separator: " ").map(String.init))
      try program.wait(for: 3, in: "run")
      Glibc.kill(running.process, signal)
      try expectStopped(try running.wait(.seconds(60)), "run")
    }

    /// mpirun hands SIGUSR1 on to the ranks, and their exit code back.
    @Test func mpirunHandsTheSignalOn() throws {
      let running = try program.start(
        Program.mpirun + ["-np", "2", Program.binary]
          + "\(smallRun) --steps 100000 --run run".split(separator: " ").map(String.init))
      try program.wait(for: 3, in: "run")
      Glibc.kill(running.process, SIGUSR1)
      try expectStopped(try running.wait(.seconds(60)), "run")
    }

    /// The validation is left unfinished, the epoch open; the resumed run closes it with the numbers of one that was never
    /// stopped.
    @Test func aSignalStopsAValidation() throws {
      let options = "train --dataset synthetic --limit 80 --batch-size 40 --slice 16 --epochs 2 --run"
      #expect(try program("\(options) control").code == 0)
      let running = try program.start(
        Program.mpirun + ["-np", "2", Program.binary] + "\(options) run".split(separator: " ").map(String.init))
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

    /// The wish is remembered from the first moment on; a run that comes to its end all the same has not been stopped.
    @Test func aSignalWhileStartingUp() throws {
      let running = try program.start(
        Program.mpirun + ["-np", "2", Program.binary]
          + "\(smallRun) --steps 100000 --run run".split(separator: " ").map(String.init))
      while running.ranks().count < 2 { usleep(1000) }
      usleep(150_000)
      Glibc.kill(running.process, SIGUSR1)
      let outcome = try running.wait(.seconds(60))
      // Before the handler stands, a signal ends a process as it always does; from then on it stops a run.
      #expect([75, 128 + SIGUSR1, 138].contains(outcome.code), "\(outcome.code) \(outcome.error)")
    }
  }
}
