import Testing

extension ProgramTests {
  /// The number of ranks is no part of the experiment.
  @Suite struct SameBitsTests {
    private let program: Program

    init() throws { program = try Program() }

    /// 5 steps with batches of 40, 40, 20, 40 and 40 samples: 3 slices, or 2. With 4 ranks some have nothing to do.
    @Test func anyNumberOfRanksGivesTheSameWeightsAndMetrics() throws {
      try program.train("--steps 5 --run solo")
      let (hash, metrics) = (try program.finalHash("solo"), try program.timelessMetrics("solo"))
      #expect(metrics.count == 6)
      for ranks in 1...4 {
        let outcome = try program.train("--steps 5 --run run-\(ranks)", ranks: ranks)
        #expect(outcome.lines.first?.hasPrefix("ranks       \(ranks) on ") == true)
        #expect(outcome.lines.filter { $0.hasPrefix("done: step 5") }.count == 1)
        #expect(try program.finalHash("run-\(ranks)") == hash, "\(ranks) ranks")
        #expect(try program.timelessMetrics("run-\(ranks)") == metrics, "\(ranks) ranks")
      }
    }

    @Test func theLibrarysReductionGivesNearlyTheSame() throws {
      try program.train("--steps 3 --run tree")
      try program.train("--steps 3 --run mpi --reduction mpi", ranks: 2)
      let (tree, mpi) = (try program.metrics("tree"), try program.metrics("mpi"))
      #expect(tree.count == mpi.count)
      for (a, b) in zip(tree, mpi) {
        let (x, y) = (try #require(a["loss"]?.number), try #require(b["loss"]?.number))
        #expect(abs(x - y) < 1e-4 * x)
      }
      #expect(try program("inspect mpi/checkpoints/latest").output.contains(#""reduction":"mpi""#))
    }

    @Test func theOptionsOfTheExperimentMatter() throws {
      let base = "--steps 2 --run"
      try program.train("\(base) base")
      var hashes = [try program.finalHash("base")]
      for (index, option) in [
        "--seed 2", "--no-shuffle", "--learning-rate 0.02", "--momentum 0.9", "--decay 0.1",
        "--model keras-cnn-no-dropout", "--nesterov", "--weight-decay 0.1", "--clip-norm 0.01", "--label-smoothing 0.1",
        "--schedule constant", "--warm-up 2", "--schedule triangular", "--optimizer adam", "--optimizer adamw",
        "--optimizer adam --beta1 0.5", "--optimizer adam --beta2 0.5", "--optimizer adam --epsilon 0.1",
      ].enumerated() {
        try program.train("\(base) run-\(index) \(option)")
        let hash = try program.finalHash("run-\(index)")
        #expect(!hashes.contains(hash), "\(option)")
        hashes.append(hash)
      }
    }

    @Test func weightsAreTheStart() throws {
      try program.train("--steps 2 --run first")
      try program.train("--steps 0 --run second --weights first/checkpoints/latest --seed 7", ranks: 2)
      #expect(try program.finalHash("second") == program.finalHash("first"))
      // The file decides, not the seed; with the same order and draws the next step is the same too.
      try program.train("--steps 1 --run third --weights first/checkpoints/latest", ranks: 2)
      try program.train("--steps 1 --run fourth --weights first/checkpoints/latest")
      #expect(try program.finalHash("third") == program.finalHash("fourth"))
      #expect(try program.finalHash("third") != program.finalHash("first"))
    }
  }
}
