import Runs
import Sweeps
import Testing

/// Who goes on from a rung, and how far.
@Suite struct RungsTests {
  @Test func theLastRungIsTheEnd() {
    #expect(Halving(first: 1, factor: 3).rungs(epochs: 9) == [1, 3, 9])
    #expect(Halving(first: 1, factor: 3).rungs(epochs: 10) == [1, 3, 10])
    #expect(Halving(first: 1, factor: 3).rungs(epochs: 8) == [1, 8])
    #expect(Halving(first: 2, factor: 2).rungs(epochs: 32) == [2, 4, 8, 16, 32])
    #expect(Halving(first: 5, factor: 3).rungs(epochs: 5) == [5])
    #expect(Halving(first: 5, factor: 3).rungs(epochs: 14) == [5, 14])
    #expect(Halving(first: 1, factor: 3).rungs(epochs: 2) == [1, 2])
    #expect(Halving(first: 1, factor: 1000).rungs(epochs: Int(Int32.max)).count == 4)
    #expect(Halving(first: 1, factor: 3).survivors(of: 16) == 5)
    #expect(Halving(first: 1, factor: 3).survivors(of: 2) == 1)
  }

  private func result(_ trial: Int, _ value: Float?, rises: Bool = true) -> TrialResult {
    TrialResult(
      trial: trial, epochs: 1, value: value, monitor: "val_loss", rises: rises, bestEpoch: 1, seconds: 1)
  }

  private func failed(_ trial: Int) -> TrialResult {
    TrialResult(trial: trial, failure: TrialResult.Failure(code: 65, reason: "x"), after: result(trial, 100))
  }

  @Test func theBestGoOn() {
    let halving = Halving(first: 1, factor: 3)
    let accuracies = [result(1, 0.5), result(2, 0.7), result(3, 0.6), result(4, 0.7), result(5, 0.1), result(6, 0.2)]
    #expect(accuracies.ranked.map(\.trial) == [2, 4, 3, 1, 6, 5])
    #expect(accuracies.survivors(halving) == [2, 4])
    #expect(Array(accuracies.reversed()).survivors(halving) == [2, 4])
    let losses = [Float(3), 1, 2].enumerated().map { result($0.offset + 1, $0.element, rises: false) }
    #expect(losses.ranked.map(\.trial) == [2, 3, 1])
  }

  /// They do not go on, and count as trials all the same.
  @Test func thoseThatFailedAreLast() {
    let results = [failed(1), result(2, nil), result(3, 0.1), failed(4), result(5, 0.2), failed(6)]
    #expect(results.ranked.map(\.trial) == [5, 3, 1, 2, 4, 6])
    #expect(results.survivors(Halving(first: 1, factor: 2)) == [3, 5])
    #expect([failed(1), failed(2)].survivors(Halving(first: 1, factor: 2)) == [])
    #expect([result(1, nil)].survivors(Halving(first: 1, factor: 2)) == [])
  }
}
