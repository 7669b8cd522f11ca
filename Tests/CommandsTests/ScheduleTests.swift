import Testing

extension ProgramTests {
  /// How long a run goes on, and what it leaves behind.
  @Suite struct ScheduleTests {
    private let program: Program

    init() throws { program = try Program() }

    @Test func stepsWinOverEpochs() throws {
      try program.train("--epochs 1 --steps 4 --run long")
      #expect(try program.metrics("long").compactMap { $0["step"]?.number } == [1, 2, 3, 4])
      try program.train("--epochs 3 --steps 2 --run short", ranks: 2)
      #expect(try program.link("short/checkpoints/latest") == "step-00000002.safetensors")
    }

    @Test func noStepsMakeARunOfItsStart() throws {
      try program.train("--steps 0 --run run")
      #expect(try program.metrics("run").isEmpty)
      #expect(try program.names(in: "run") == ["checkpoints", "config.json", "metrics.jsonl"])
      #expect(try program.names(in: "run/checkpoints") == ["latest", "step-00000000.safetensors"])
    }

    /// Batches of 40, 40 and 20 samples: 3 steps, each epoch with a line of its own.
    @Test func linesHaveTheirKeys() throws {
      try program.train("--epochs 2 --run run", ranks: 2)
      let metrics = try program.metrics("run")
      #expect(
        metrics.map { $0["kind"] }
          == ["step", "step", "step", "epoch", "step", "step", "step", "epoch"].map { .text($0) })
      #expect(metrics.map { $0["epoch"]?.number } == [1, 1, 1, 1, 2, 2, 2, 2])
      for line in metrics where line["kind"] == .text("step") {
        #expect(
          line.keys.sorted() == ["accuracy", "epoch", "images_per_second", "kind", "learning_rate", "loss", "step"])
      }
      for line in metrics where line["kind"] == .text("epoch") {  // without validation, which `EvaluateTests` has
        #expect(line.keys.sorted() == ["accuracy", "epoch", "kind", "loss", "seconds"])
      }
      // An epoch's loss is the mean over its samples: the short batch weighs 20.
      let losses = metrics.prefix(3).compactMap { $0["loss"]?.number }
      let mean = (40 * losses[0] + 40 * losses[1] + 20 * losses[2]) / 100
      #expect(abs(try #require(metrics[3]["loss"]?.number) - mean) < 1e-5)
      // Keras's time decay: rate / (1 + decay * step).
      let rates = metrics.compactMap { $0["learning_rate"]?.number }
      for (step, rate) in rates.enumerated() { #expect(abs(rate - 0.01 / (1 + 4e-4 * Double(step))) < 1e-8) }
    }

    @Test func checkpointsComeWhenTheyAreDue() throws {
      try program.train("--steps 7 --checkpoint-every 2 --run run")
      // Due at 0, 2, 3 (epoch), 4, 6 (epoch and every 2nd), 7 (end); the last three stay.
      #expect(
        try program.names(in: "run/checkpoints") == [
          "latest", "step-00000004.safetensors", "step-00000006.safetensors", "step-00000007.safetensors",
        ])
      #expect(try program.link("run/checkpoints/latest") == "step-00000007.safetensors")
    }

    @Test func theLimitIsThatOfTraining() throws {
      let outcome = try program(
        "train --dataset synthetic --limit 30 --batch-size 100 --steps 2 --validate-every 0 --run run")
      #expect(outcome.code == 0)
      #expect(outcome.output.contains("data set    synthetic: 30 training, 10,000 validation samples"))
      #expect(outcome.output.contains("model       keras-cnn: 3,702,186 parameters"))
      #expect(outcome.output.contains("1 thread each"))
      #expect(outcome.output.contains("OpenBLAS    0."))
      #expect(try program.metrics("run").compactMap { $0["epoch"]?.number } == [1, 1, 2, 2])
    }

    /// The losses leave all numbers behind; the run does not end for it, and is resumed like any other.
    @Test func aRunThatDivergesGoesOn() throws {
      try program.train("--learning-rate 1e30 --steps 5 --run control")
      try program.train("--learning-rate 1e30 --steps 4 --run run", ranks: 2)
      try program.resume("--steps 5 --run run")
      let metrics = try program.timelessMetrics("run")
      #expect(metrics.count == 6)
      #expect(metrics[4]["loss"] == .text("NaN"))
      #expect(metrics == (try program.timelessMetrics("control")))
    }

    @Test func aRunWithoutANameGetsOne() throws {
      #expect(try program("\(smallRun) --steps 0", ranks: 2).code == 0)
      let names = try program.names(in: "runs")
      #expect(names.count == 1)
      #expect(names[0].wholeMatch(of: /synthetic-keras-cnn-\d{8}-\d{6}/) != nil, "\(names)")
    }

    @Test(arguments: ["file", "file/run", "/proc/run"])
    func aFolderThatCannotBeWrittenIsAnInputOutputError(_ path: String) throws {
      _ = try program.shell("echo text > file")
      let before = try program.inventory(".").filter { !$0.hasPrefix(".") }
      for ranks in [nil, 2] {
        let outcome = try program("\(smallRun) --steps 1 --run \(path)", ranks: ranks)
        #expect(outcome.code == 74)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("\(path): the run folder cannot be made: "))
      }
      #expect(try program.inventory(".").filter { !$0.hasPrefix(".") } == before)
    }
  }
}
