import Testing

extension ProgramTests {
  /// Early stops, plateaus and running means: the same epoch and the same bits on any ranks, interrupted or not.
  @Suite struct EarlyStoppingTests {
    private let program: Program

    init() throws { program = try Program() }

    private static let options =
      "--dataset synthetic --limit 192 --batch-size 64 --slice 16 --learning-rate 0.3 --momentum 0.9 --early-stopping 3 "
      + "--reduce-on-plateau 0.5 --plateau-patience 2 --monitor val_loss --ema 0.5"

    private func weights(_ run: String) throws -> String {
      try #require(
        try program("inspect \(run)/checkpoints/latest").lines.first { $0.hasPrefix("weights sha256") })
    }

    @Test func aRunStopsAtTheSameEpochWithTheSameBits() throws {
      let whole = try program("train \(Self.options) --epochs 30 --run whole")
      #expect(whole.code == 0)
      #expect(whole.output.contains("stopped early, because 3 epochs were no better than the best"))
      #expect(try program("train \(Self.options) --steps 7 --run parts", ranks: 2).code == 0)
      #expect(try program("train --resume --run parts --steps 13", ranks: 3).code == 0)
      let parts = try program("train --resume --run parts --steps 90")
      #expect(parts.code == 0 && parts.output.contains("stopped early"))
      #expect(try weights("whole") == weights("parts"))
      // What is judged is what the run ended with.
      let judged = try program("evaluate --run whole").output
      #expect(judged == (try program("evaluate --run parts").output))
      // It is over.
      let again = try program("train --resume --run whole --epochs 60")
      #expect(again.code == 0 && again.output.contains("begin another with --weights"))
      #expect(try weights("whole") == weights("parts"))
    }

    @Test func whatCouldTellNothingIsRefused() throws {
      let outcome = try program("train --dataset synthetic --early-stopping 1 --validate-every 0 --run none")
      #expect(
        outcome.code == 64 && outcome.error.contains("--validate-every 0 leaves nothing to tell the best epoch by"))
    }
  }
}
