import Glibc
import Testing

extension ProgramTests {
  /// Data files that change while they are trained on. CIFAR-10 of zeros is made of holes and takes no room.
  @Suite struct ChangedDataTests {
    private let program: Program
    private static let train =
      "train --batch-size 128 --slice 32 --validate-every 0 --steps 100000 --checkpoint-every 2 --run run --data data"

    init() throws {
      program = try Program()
      _ = try program.shell(
        "mkdir data; for n in data_batch_{1..5} test_batch; do truncate -s 30730000 data/$n.bin; done")
    }

    /// Starts training, does `change` once some steps are done, and returns how it ended.
    private func train(_ change: String, ranks: Int?, threads: Int = 2) throws -> Program.Outcome {
      let words = [Program.binary] + "\(Self.train) --threads \(threads)".split(separator: " ").map(String.init)
      let running = try program.start(ranks.map { Program.mpirun + ["-np", "\($0)"] + words } ?? words)
      try program.wait(for: 5, in: "run")
      _ = try program.shell(change)
      return try running.wait(.seconds(60))
    }

    /// Within one page the system says nothing, behind it SIGBUS: both are seen, on whatever thread, and nobody hangs.
    @Test(arguments: [
      ("truncate -s 0 data/data_batch_1.bin", "data/data_batch_1.bin, byte 0: was cut off while it was in use"),
      ("truncate -s 30729999 data/data_batch_4.bin", "data/data_batch_4.bin, byte 30729999: was cut off"),
      (
        "printf x | dd of=data/data_batch_5.bin bs=1 seek=20000000 conv=notrunc status=none",
        "data/data_batch_5.bin: was changed while it was in use"
      ),
    ])
    func aFileThatIsCutOffOrChangedEndsTheRun(_ change: String, _ message: String) throws {
      for ranks in [nil, 3] {
        _ = try program.shell(
          "rm -rf run data/*; for n in data_batch_{1..5} test_batch; do truncate -s 30730000 data/$n.bin; done")
        let outcome = try train(change, ranks: ranks)
        #expect(outcome.code == 65)
        #expect(outcome.error.contains(message), "\(outcome.error)")
        // No step was taken with what was not there: the file put back, the run goes on as if nothing had been.
        _ = try program.shell(
          "rm data/*; for n in data_batch_{1..5} test_batch; do truncate -s 30730000 data/$n.bin; done")
        let steps = try program.lineCount("run") + 2
        try program.resume("--steps \(steps) --run run --data data")
        let control = Self.train.replacing("100000", with: "\(steps)").replacing("--run run", with: "--run control")
        _ = try program.shell("rm -rf control")
        #expect(try program(control).code == 0)
        #expect(try program.finalHash("run") == program.finalHash("control"))
        #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"))
      }
    }

    @Test func aFileThatIsReplacedOrTouchedIsAsItWas() throws {
      let running = try program.start([Program.binary] + Self.train.split(separator: " ").map(String.init))
      try program.wait(for: 5, in: "run")
      _ = try program.shell("touch data/data_batch_1.bin; echo x > data/y; mv data/y data/data_batch_2.bin")
      try program.wait(for: try program.lineCount("run") + 4, in: "run")
      #expect(running.isRunning)
      // A signal from somebody is not a page that was lost.
      Glibc.kill(running.process, SIGBUS)
      #expect(try running.wait(.seconds(30)).code == 128 + SIGBUS)
    }
  }
}
