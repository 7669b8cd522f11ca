import Models
import Objectives
import Tensors

/// What travels behind the gradient and is summed with it: the loss and what the metrics count.
///
/// Floats are exact up to 2^24, and pixels are many: a whole number travels as two, of which one counts 4096s.
struct GradientTail {
  private let objective: Objective
  private let areWhole: [Bool]

  /// For an objective's tallies.
  init(_ objective: Objective) {
    self.objective = objective
    areWhole = objective.areWhole
  }

  /// The floats of the longest tail that a model of such outputs has with such metrics.
  static func count(output: Shape, metrics: [Metric]) -> Int {
    let all = Objective(
      Loss(.categoricalCrossentropy), form: .values, output: output, targets: .values(output), metrics: metrics)
    return 1 + 2 * all.forTraining.areWhole.count
  }

  /// Puts a slice's tally into the tail of its gradient.
  func write(_ tally: Tally, into tail: MutableFloatBuffer) {
    tail.update(repeating: 0)
    tail[0] = Float(tally.loss)
    for (index, counter) in tally.counters.enumerated() {
      if areWhole[index] {
        let number = Int(counter)
        tail[1 + 2 * index] = Float(number / Self.unit)
        tail[2 + 2 * index] = Float(number % Self.unit)
      } else {
        tail[1 + 2 * index] = Float(counter)
      }
    }
  }

  /// Takes the batch's tally from the tail of the sum.
  func read(_ tail: FloatBuffer) -> Tally {
    var tally = objective.emptyTally
    tally.loss = Double(tail[0])
    for index in tally.counters.indices {
      let (large, small) = (Double(tail[1 + 2 * index]), Double(tail[2 + 2 * index]))
      tally.counters[index] = areWhole[index] ? large * Double(Self.unit) + small : large
    }
    return tally
  }

  private static let unit = 4096
}
