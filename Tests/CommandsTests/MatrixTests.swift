import Testing

extension ProgramTests {
  /// No shape of run leaves a trace: ranks and threads in every combination, more of them than slices included.
  @Suite struct MatrixTests {
    /// What goes through the matrix. A layer, an optimiser or an augmentation that is added later joins it with a line.
    static let subjects = [
      "--model keras-cnn",
      "--model keras-cnn-no-dropout --momentum 0 --no-shuffle",
      "--model keras-cnn --crop 4 --flip --cutout 8 --normalize",
    ]

    private static let ranks = [1, 2, 3, 4, 5, 8]
    private static let threads = [1, 2]

    /// 10 steps over 250 samples in batches of 100, 100 and 50: 9 slices with a short last one, and 5.
    private static let shape =
      "train --dataset synthetic --limit 250 --batch-size 100 --slice 12 --validate-every 4 --steps 10"

    @Test(arguments: subjects)
    func everyShapeOfRunGivesTheSameBits(subject: String) throws {
      let program = try Program()
      var control: (hash: String, metrics: [[String: MetricsValue]])?
      for ranks in Self.ranks {
        for threads in Self.threads {
          let run = "run-\(ranks)-\(threads)"
          let outcome = try program("\(Self.shape) \(subject) --threads \(threads) --run \(run)", ranks: ranks)
          #expect(outcome.code == 0, "\(ranks) ranks, \(threads) threads: \(outcome.error)")
          let found = (hash: try program.finalHash(run), metrics: try program.timelessMetrics(run))
          if let control {
            #expect(found.hash == control.hash, "\(ranks) ranks, \(threads) threads")
            #expect(found.metrics == control.metrics, "\(ranks) ranks, \(threads) threads")
          }
          control = control ?? found
          _ = try program.shell("rm -r \(run)")  // each has 90 MB of checkpoints
        }
      }
    }
  }
}
