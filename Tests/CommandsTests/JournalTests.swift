import FoundationEssentials
import Testing

extension ProgramTests {
  /// `train --journal`, and its readers.
  @Suite struct JournalTests {
    private let program: Program

    init() throws { program = try Program() }

    /// Replaces the hash of a tensor at `step` in a run's journal; `tensor` counts them.
    private func spoil(_ run: String, step: Int, tensor: Int, _ quantity: String) throws {
      let path = "\(program.folder)/\(run)/journal.jsonl"
      var lines = try program.text("\(run)/journal.jsonl").components(separatedBy: "\n")
      var parts = lines[step - 1].components(separatedBy: "\"\(quantity)\":\"")
      parts[tensor + 1] = "0123456789abcdef" + parts[tensor + 1].dropFirst(16)
      lines[step - 1] = parts.joined(separator: "\"\(quantity)\":\"")
      try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: path))
    }

    @Test func theJournalIsTheSameOnAnyNumberOfRanksAndAfterAResumption() throws {
      try program.train("--steps 5 --run solo --journal --threads 2")
      let journal = try program.text("solo/journal.jsonl")
      #expect(journal.split(separator: "\n").count == 5)
      try program.train("--steps 5 --run ranks --journal --threads 1", ranks: 3)
      #expect(try program.text("ranks/journal.jsonl") == journal)
      // A run that was given a journal keeps it, and writes what came after its checkpoint anew.
      try program.train("--steps 3 --run resumed --journal")
      let first = try program.text("resumed/journal.jsonl")
      #expect(journal.hasPrefix(first))
      _ = try program.shell("tail -1 solo/journal.jsonl >> resumed/journal.jsonl")
      try program.resume("--run resumed --steps 5", ranks: 2)
      #expect(try program.text("resumed/journal.jsonl") == journal)
      for run in ["ranks", "resumed"] {
        let outcome = try program("compare solo \(run)")
        #expect(outcome.code == 0)
        #expect(outcome.output == "steps 1 to 5: every gradient and every value is the same\n")
      }
    }

    @Test func aJournalChangesNoBitAndIsKeptOnRequestAlone() throws {
      try program.train("--steps 2 --run with --journal")
      try program.train("--steps 2 --run without")
      #expect(try program.finalHash("with") == program.finalHash("without"))
      #expect(try !program.names(in: "without").contains("journal.jsonl"))
      let outcome = try program("compare with without")
      #expect(outcome.code == 66)
      #expect(
        outcome.complaints == [
          "without: this run has no journal: train it again with --journal, into another --run folder"
        ])
    }

    @Test func compareNamesTheStepAndTheTensor() throws {
      try program.train("--steps 4 --run a --journal")
      for (step, tensor, quantity, name) in [(3, 2, "gradient", "conv2d_1/kernel"), (4, 7, "value", "dense_1/bias")] {
        _ = try program.shell("rm -rf b; cp -r a b")
        try spoil("b", step: step, tensor: tensor, quantity)
        let outcome = try program("compare a b")
        #expect(outcome.code == 1)
        #expect(outcome.error.isEmpty)
        let first = try #require(outcome.lines.first)
        #expect(first.hasPrefix("a and b part at step \(step): the \(quantity) of \(name) is "))
        #expect(first.hasSuffix(", not 0123456789abcdef"))
        #expect(outcome.lines.dropFirst() == ["\(quantity)s that differ at this step: \(name)"])
      }
    }

    @Test func compareNamesWhatExplainsADifference() throws {
      try program.train("--steps 2 --run a --journal")
      try program.train("--steps 2 --run b --journal --seed 2")
      let outcome = try program("compare a b")
      #expect(outcome.code == 1)
      #expect(outcome.lines.first == "the runs are of two kinds: seed: 1, not 2")
      let found = try #require(outcome.lines.dropFirst().first)
      #expect(found.hasPrefix("a and b part at step 1: the gradient of conv2d/kernel is "))
    }

    @Test func aShorterRunIsNotTheSame() throws {
      try program.train("--steps 2 --run short --journal")
      try program.train("--steps 4 --run long --journal")
      let outcome = try program("compare short long")
      #expect(outcome.code == 1)
      #expect(
        outcome.lines == ["steps 1 to 2: every gradient and every value is the same", "steps 3 to 4: only in long"])
      #expect(try program("compare short long --steps 2").code == 0)
      #expect(try program("compare short long --steps 3").code == 1)
    }

    /// An epoch has 3 steps, and a checkpoint at its end.
    @Test func replayChecksARunOfManyRanks() throws {
      try program.train("--steps 5 --run run --journal", ranks: 3)
      let before = try program.inventory("run")
      let outcome = try program("replay run --step 5")
      #expect(outcome.code == 0)
      #expect(outcome.lines.first == "replaying steps 4 to 5 from run/checkpoints/step-00000003.safetensors")
      #expect(outcome.lines.last == "step 5 agrees with the journal and the metrics")
      let beyond = try program("replay run --step 6 --threads 1")
      #expect(beyond.code == 0)
      #expect(
        beyond.lines.last == "there is nothing to compare step 6 with: the run has neither journal nor metrics of it")
      #expect(try program.inventory("run") == before)
      try spoil("run", step: 4, tensor: 1, "gradient")
      let spoilt = try program("replay run --step 5")
      #expect(spoilt.code == 1)
      let found = try #require(spoilt.lines.dropFirst().first)
      #expect(found.hasPrefix("step 4 differs from the journal and the metrics: the gradient of conv2d/bias is "))
      #expect(spoilt.lines.last == "step 5 agrees with the journal and the metrics")
    }

    /// MPI adds up the 5 slices in another order on 3 ranks than on one.
    @Test func replayFindsWhatMPIsOwnSumChanged() throws {
      let train = "train --dataset synthetic --limit 100 --batch-size 40 --slice 8 --steps 2 --validate-every 0"
      #expect(try program("\(train) --run run --journal --reduction mpi", ranks: 3).code == 0)
      let outcome = try program("replay run --step 2")
      #expect(outcome.code == 1)
      let found = try #require(outcome.lines.dropFirst().first)
      #expect(found.hasPrefix("step 1 differs from the journal"))
      #expect(found.contains(": the gradient of conv2d/kernel is "))
      #expect(outcome.complaints.first?.contains("--reduction mpi") == true)
    }

    @Test(arguments: [
      ("compare a", 64, "compare takes two run folders: cnn-dist compare RUN_A RUN_B"),
      ("compare a b", 66, "a: holds no run: there is no config.json in it"),
      ("replay a", 64, "replay takes a run folder and a step: cnn-dist replay RUN --step K"),
      ("replay --step 3", 64, "replay takes a run folder and a step: cnn-dist replay RUN --step K"),
      ("replay a --step 0", 64, "--step takes a whole number from 1 to 2147483647, got 0"),
      ("replay a --step 3", 66, "a: holds no run: there is no config.json in it"),
    ])
    func aWrongCommandLineGetsOneSentence(_ arguments: String, _ code: Int32, _ sentence: String) throws {
      let outcome = try program(arguments)
      #expect(outcome.code == code)
      #expect(outcome.complaints == [sentence])
      #expect(outcome.output.isEmpty)
    }
  }
}
