import Testing

extension ProgramTests {
  /// Interrupted or not, here or there: one run.
  @Suite struct ResumeTests {
    private let program: Program

    init() throws { program = try Program() }

    private func expectEqual(
      _ run: String, _ control: String, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      #expect(try program.finalHash(run) == program.finalHash(control), comment, sourceLocation: sourceLocation)
      #expect(
        try program.timelessMetrics(run) == program.timelessMetrics(control), comment, sourceLocation: sourceLocation)
    }

    /// An epoch has 3 steps: 3 and 6 are borders, the others amid an epoch.
    @Test func aRunGoesOnOnAnyNumberOfRanks() throws {
      try program.train("--steps 8 --run control")
      for (stop, before, after) in [(3, 1, 2), (4, 2, 3), (5, 3, nil)] {
        let run = "run-\(stop)"
        try program.train("--steps \(stop) --run \(run)", ranks: before)
        let outcome = try program.resume("--steps 8 --run \(run)", ranks: after)
        #expect(outcome.output.contains("going on after step \(stop)"))
        try expectEqual(run, "control", "stopped at \(stop)")
      }
    }

    /// A queue starts a job again with the words that it began with.
    @Test func aRunThatBeganWithWeightsGoesOn() throws {
      try program.train("--steps 1 --run first")
      let begin = "--weights first/checkpoints/latest"
      try program.train("--steps 4 \(begin) --run control")
      try program.train("--steps 2 \(begin) --run run")
      let outcome = try program.resume("--steps 4 \(begin) --run run", ranks: 2)
      #expect(outcome.complaints.contains { $0.hasPrefix("the run goes on from its checkpoint: --weights ") })
      try expectEqual("run", "control")
    }

    /// A run of no steps leaves it to what follows how long its schedule is.
    @Test func aScheduleBeginsBehindNoSteps() throws {
      try program.train("--steps 4 --schedule cosine --run control")
      try program.train("--steps 0 --schedule cosine --run run")
      try program.resume("--steps 4 --run run")
      try expectEqual("run", "control")
    }

    @Test func aRunIsProlonged() throws {
      try program.train("--epochs 2 --run control")
      try program.train("--epochs 1 --run run")
      try program.resume("--epochs 2 --run run", ranks: 2)
      try expectEqual("run", "control")
      let before = try program.text("run/metrics.jsonl")
      #expect(try program.resume("--run run").output.contains("done: step 6"))
      #expect(try program.text("run/metrics.jsonl") == before)
    }

    /// The schedule was laid out over the 6 steps of the run as it began; what is added has the rate of its end.
    @Test func adamAndItsScheduleGoOn() throws {
      let options = "--optimizer adamw --clip-norm 1 --schedule triangular"
      try program.train("--epochs 2 \(options) --run control")
      try program.train("--epochs 2 \(options) --run run --checkpoint-every 4", ranks: 2)
      try program.resume("--run control --steps 8", ranks: 3)
      _ = try program.shell("rm run/checkpoints/*6.safetensors run/checkpoints/latest")
      let outcome = try program.resume("--run run --steps 8")
      #expect(outcome.output.contains("going on after step 4"))
      try expectEqual("run", "control")
      let rates = try program.metrics("run").compactMap { $0["learning_rate"]?.number }
      #expect(rates.suffix(3).first == rates[1] && rates.suffix(2) == [0, 0])
    }

    /// A schedule that has ended is told of, and may be given another end: the steps before keep their rates.
    @Test func theEndOfAScheduleIsMoved() throws {
      let notice =
        "the cosine schedule has ended at step 4, the run ends at step 8: the steps between have a learning rate of 0"
      try program.train("--steps 4 --schedule cosine --journal --checkpoint-every 2 --run run")
      let before = try program.inventory("run")
      for (options, sentence) in [
        ("--steps 4 --schedule-steps 8", "moves its end only where the run is to go on beyond it"),
        ("--steps 8 --schedule-steps 4 --seed 2", "run of another kind (seed: 2, not 1)"),
        ("--steps 8 --schedule-steps 3", "--schedule-steps 3 lies behind the run, which has done 4 steps"),
      ] {
        let outcome = try program("train --resume --run run \(options)", ranks: 2)
        #expect(outcome.code == 64, "\(options)")
        #expect(outcome.complaints.contains { $0.contains(sentence) }, "\(options): \(outcome.error)")
      }
      #expect(try program.inventory("run") == before)

      _ = try program.shell("cp -r run still")
      let still = try program.resume("--run still --steps 8")
      #expect(still.complaints.filter { $0.hasPrefix(notice) }.count == 1)
      let moved = try program.resume("--run run --steps 6 --schedule-steps 8", ranks: 2)
      #expect(moved.complaints.allSatisfy { !$0.contains("schedule") })
      try program.resume("--run run --steps 8")
      let rates = try program.metrics("run").compactMap { $0["learning_rate"]?.number }
      #expect(rates[3] < rates[4] && rates[4...].allSatisfy { $0 > 0 })
      #expect(try program.metrics("still").compactMap { $0["learning_rate"]?.number }.suffix(4) == [0, 0, 0, 0])
      // The first step with the new end follows from the checkpoint that was there before; the last with the old one from an
      // older one.
      for step in [3, 4, 5, 8] {
        let replayed = try program("replay run --step \(step)")
        if step < 5 && replayed.code == 66 { continue }  // the last three are kept
        #expect(replayed.code == 0, "step \(step): \(replayed.output)")
      }
      #expect(try program("compare run still --steps 4").code == 0)

      let first = try program.train("--steps 6 --schedule one-cycle --schedule-steps 4 --run short")
      #expect(
        first.complaints == [
          "the one-cycle schedule ends at step 4, the run ends at step 6: the steps between have a learning rate of 0; "
            + "--schedule-steps 6 would end them together"
        ])
    }

    @Test func aDamagedCheckpointIsPassedOver() throws {
      try program.train("--steps 5 --checkpoint-every 1 --run control")
      try program.train("--steps 4 --checkpoint-every 1 --run run")
      try program.damage("run/checkpoints/step-00000004.safetensors", fromEnd: 1000)
      let outcome = try program.resume("--steps 5 --run run")
      #expect(outcome.complaints.count == 1)
      #expect(outcome.complaints[0].contains("step-00000004.safetensors") && outcome.complaints[0].contains("damaged"))
      #expect(outcome.output.contains("going on after step 3"))
      try expectEqual("run", "control")
    }

    @Test func whatCannotGoOnIsLeftAlone() throws {
      try program.train("--steps 1 --run run")
      try program.train("--steps 1 --run other --model keras-cnn-no-dropout")
      let before = try program.inventory("run")
      for options in [
        "--seed 2", "--batch-size 41", "--slice 8", "--learning-rate 0.5", "--momentum 0.1", "--decay 0", "--limit 99",
        "--model keras-cnn-no-dropout", "--dataset cifar10", "--reduction mpi", "--no-shuffle",
      ] {
        let outcome = try program("train --resume --run run \(options)")
        #expect(outcome.code == 64, "\(options): \(outcome.error)")
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("run of another kind"))
      }
      let refused = try program("\(smallRun) --run run", ranks: 2)
      #expect(refused.code == 64)
      #expect(refused.complaints.count == 1)
      #expect(refused.error.contains("run holds a run already: add --resume"))
      #expect(try program.inventory("run") == before)

      let none = try program("train --resume --run none", ranks: 2)
      #expect(none.code == 66)
      #expect(none.error.contains("there is no run to go on with"))
      #expect(try !program.names(in: ".").contains("none"))
    }

    @Test func whatIsBrokenIsBadData() throws {
      try program.train("--steps 1 --run run")
      try program.train("--steps 1 --run other --model keras-cnn-no-dropout")
      let checkpoint = "run/checkpoints/step-00000001.safetensors"

      _ = try program.shell("cp -r run foreign; cp other/checkpoints/step-00000001.safetensors foreign/checkpoints/")
      let foreign = try program("train --resume --run foreign --steps 1", ranks: 2)
      #expect(foreign.code == 0, "\(foreign.error)")
      #expect(foreign.error.contains("is of another run (model: keras-cnn-no-dropout, not keras-cnn; network: "))
      #expect(try program.finalHash("foreign") == program.finalHash("run"))

      _ = try program.shell("cp -r run edited; sed -i 's/\"batch_size\" : 40/\"batch_size\" : 0/' edited/config.json")
      let edited = try program("train --resume --run edited --steps 2", ranks: 2)
      #expect(edited.code == 65)
      #expect(edited.error.contains("edited/config.json: describes no run: batch_size 0 is out of range"))

      for name in ["run/checkpoints/step-00000000.safetensors", checkpoint] { try program.damage(name) }
      let before = try program.inventory("run")
      let damaged = try program("train --resume --run run --steps 2", ranks: 2)
      #expect(damaged.code == 65)
      #expect(damaged.complaints.count == 3)
      #expect(damaged.error.contains("none of the 2 checkpoints is whole"))
      #expect(try program.inventory("run") == before)
      let evaluated = try program("evaluate --checkpoint \(checkpoint)", ranks: 2)
      #expect(evaluated.code == 65)
      #expect(evaluated.complaints.count == 1)
    }

    @Test func aFolderThatLostItsConfigurationIsLeftAlone() throws {
      try program.train("--steps 1 --run run")
      _ = try program.shell("rm run/config.json")
      let before = try program.inventory("run")
      #expect(try program("\(smallRun) --run run").code == 64)
      #expect(try program.inventory("run") == before)
    }
  }
}
