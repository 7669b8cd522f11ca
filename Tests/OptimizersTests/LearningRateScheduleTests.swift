import Optimizers
import Testing

@Suite struct LearningRateScheduleTests {
  /// The tutorial's schedule, 0.01 / (1 + 4e-4·step). Three float32 operations and two rounded constants stay within 3 ε
  /// of the quotient.
  @Test(arguments: [(0, 0.01), (1, 0.01 / 1.0004), (97, 0.01 / 1.0388), (2_500, 0.005), (10_000, 0.002)])
  func ratesOfTheTutorial(_ step: Int, _ expected: Double) {
    let rate = LearningRateSchedule.timeDecay(0.01, decay: 4e-4).rate(at: step)
    #expect(abs(Double(rate) - expected) <= 3 * Double(Float.ulpOfOne) * expected)
  }

  /// A schedule, some steps, and their rates.
  private typealias Case = (schedule: LearningRateSchedule, steps: [Int], rates: [Double])

  private static let cases: [Case] = [
    (.constant(0.3), [0, 7, 1_000_000], [0.3, 0.3, 0.3]),
    (0.25, [0, 9], [0.25, 0.25]),
    (.timeDecay(0.3, decay: 0), [0, 1_000_000], [0.3, 0.3]),
    (.drops(0.1, every: 3, factor: 0.5), [0, 2, 3, 5, 6, 9], [0.1, 0.1, 0.05, 0.05, 0.025, 0.0125]),
    (.cosine(2, steps: 8), [0, 2, 4, 8, 100], [2, 1.707_106_78, 1, 0, 0]),
    (.cosine(2, steps: 8, final: 0.25), [0, 4, 8, 100], [2, 1.25, 0.5, 0.5]),
    (.triangular(1, steps: 8), [0, 2, 4, 6, 8, 100], [0, 0.5, 1, 0.5, 0, 0]),
    (.oneCycle(1, steps: 10), [0, 1, 3, 10, 100], [0.04, 0.36, 1, 0, 0]),
    (.constant(1).warmedUp(over: 4), [0, 1, 3, 4], [0.25, 0.5, 1, 1]),
    (.cosine(2, steps: 8).warmedUp(over: 2), [0, 1, 2, 6, 10], [1, 2, 2, 1, 0]),
  ]

  /// To float32's precision.
  @Test(arguments: cases.indices)
  func ratesByHand(index: Int) {
    let (schedule, steps, rates) = Self.cases[index]
    for (step, rate) in zip(steps, rates) {
      #expect(abs(Double(schedule.rate(at: step)) - rate) <= 2e-7 * Double(schedule.rate), "step \(step)")
    }
  }
}
