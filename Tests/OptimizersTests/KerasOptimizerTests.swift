import FoundationEssentials
import Optimizers
import Tensors
import Testing

/// Twelve steps of every rule, and the rates of schedules, against Keras's numbers: `Tests/Goldens/keras_optimizers.py` wrote
/// them.
@Suite struct KerasOptimizerTests {
  private struct Document: Decodable {
    let start: [Float]
    let gradients: [[Float]]
    let optimizers: [String: [[Double]]]
    let schedules: [String: [Double]]
  }

  private static let rules: [String: any ElementwiseOptimizer] = [
    "sgd": SGD(0.1, momentum: 0.5, weightDecay: 0.01),
    "sgd-nesterov": SGD(0.1, momentum: 0.9, isNesterov: true),
    "adam": Adam(0.01),
    "adam-amsgrad": Adam(0.01, beta1: 0.8, beta2: 0.95, isAmsgrad: true),
    "adamw": Adam(0.01, weightDecay: 0.1),
    "nadam": Nadam(0.01, beta1: 0.8, beta2: 0.99, weightDecay: 0.05),
    "rmsprop": RMSprop(0.01),
    "rmsprop-all": RMSprop(0.01, rho: 0.8, momentum: 0.5, epsilon: 1e-4, isCentered: true, weightDecay: 0.05),
    "adagrad": Adagrad(0.1),
    "adagrad-all": Adagrad(0.1, initialAccumulator: 0.5, epsilon: 1e-3, weightDecay: 0.05),
    "adamax": Adamax(0.01, beta1: 0.8, beta2: 0.9, weightDecay: 0.05),
    "adadelta": Adadelta(0.5, rho: 0.8, epsilon: 1e-4, weightDecay: 0.05),
    "lion": Lion(0.01, beta1: 0.8, beta2: 0.95, weightDecay: 0.05),
  ]

  private func load() throws -> Document {
    let file = URL(filePath: #filePath).appending(path: "../../Goldens/optimizers.json").standardized
    return try JSONDecoder().decode(Document.self, from: Data(contentsOf: file))
  }

  @Test func stepsAreKerass() throws {
    let document = try load()
    #expect(Set(document.optimizers.keys) == Set(Self.rules.keys))
    for (name, steps) in document.optimizers {
      let rule = try #require(Self.rules[name])
      let arena = arena(rule, document.start)
      for (step, expected) in steps.enumerated() {
        _ = arena.gradients.buffer.update(fromContentsOf: document.gradients[step])
        rule.update(arena, in: 0..<expected.count, step: step, scale: 1)
        for (found, expected) in zip(arena.values.buffer, expected) {
          #expect(abs(Double(found) - expected) <= 1e-6 * max(1, abs(expected)), "\(name), step \(step + 1)")
        }
      }
    }
  }

  /// Two halves, as two workers take them, are the whole.
  @Test func partsAreTheWhole() throws {
    let document = try load()
    for (name, rule) in Self.rules {
      let (whole, parts) = (arena(rule, document.start), arena(rule, document.start))
      for (step, gradients) in document.gradients.enumerated() {
        for arena in [whole, parts] { _ = arena.gradients.buffer.update(fromContentsOf: gradients) }
        rule.update(whole, in: 0..<6, step: step, scale: 0.5)
        for range in [0..<1, 1..<6] { rule.update(parts, in: range, step: step, scale: 0.5) }
      }
      #expect(Array(whole.values.buffer) == Array(parts.values.buffer), "\(name)")
    }
  }

  @Test func ratesAreKerass() throws {
    let point = LearningRateSchedule.Point.init(step:rate:)
    let schedules: [String: LearningRateSchedule] = [
      "exponential": .exponential(0.1, every: 10, factor: 0.5),
      "polynomial": .polynomial(0.1, steps: 20, end: 0.01, power: 2),
      // Keras's first interval holds up to its boundary, that step included.
      "piecewise": .points([point(0, 0.1), point(6, 0.05), point(13, 0.01)], isLinear: false),
    ]
    let document = try load()
    #expect(Set(document.schedules.keys) == Set(schedules.keys))
    for (name, rates) in document.schedules {
      for (step, rate) in rates.enumerated() {
        let found = Double(try #require(schedules[name]).rate(at: step))
        #expect(abs(found - rate) <= 2e-7 * rate, "\(name) at \(step)")
      }
    }
  }

  @Test func ratesBetweenPointsLieOnALine() {
    let point = LearningRateSchedule.Point.init(step:rate:)
    let schedule = LearningRateSchedule.points([point(10, 1), point(20, 0.5), point(30, 0)], isLinear: true)
    #expect([0, 10, 15, 20, 25, 30, 99].map { schedule.rate(at: $0) } == [1, 1, 0.75, 0.5, 0.25, 0, 0])
    #expect(schedule.scaled(by: 0.5).rate(at: 15) == 0.375)
  }

  private func arena(_ rule: any Optimizer, _ start: [Float]) -> ParameterArena {
    var layout = ParameterLayout()
    layout.append(name: "w", shape: [start.count])
    let arena = ParameterArena(layout: layout, optimizerStates: rule.stateNames)
    _ = arena.values.buffer.update(fromContentsOf: start)
    for name in rule.stateNames {
      arena.optimizerStates[name]?.buffer.update(repeating: rule.initialValue(of: name))
    }
    return arena
  }
}
