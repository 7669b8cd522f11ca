import Optimizers
import Testing

@Suite struct TimeDecayTests {
  /// The tutorial's schedule, 0.01 / (1 + 4e-4·step). Three float32 operations and two rounded constants stay within 3 ε
  /// of the quotient.
  @Test(arguments: [(0, 0.01), (1, 0.01 / 1.0004), (97, 0.01 / 1.0388), (2_500, 0.005), (10_000, 0.002)])
  func ratesOfTheTutorial(_ step: Int, _ expected: Double) {
    let rate = TimeDecay(initial: 0.01, decay: 4e-4).rate(at: step)
    #expect(abs(Double(rate) - expected) <= 3 * Double(Float.ulpOfOne) * expected)
  }

  @Test func stepZeroHasTheInitialRate() {
    #expect(TimeDecay(initial: 0.01, decay: 4e-4).rate(at: 0) == 0.01)
  }

  @Test func withoutDecayTheRateStays() {
    #expect(TimeDecay(initial: 0.3, decay: 0).rate(at: 1_000_000) == 0.3)
  }
}
