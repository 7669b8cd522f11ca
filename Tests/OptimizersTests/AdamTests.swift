import Optimizers
import Tensors
import Testing

@Suite struct AdamTests {
  private func arena(_ optimizer: Adam, value: Float) -> ParameterArena {
    var layout = ParameterLayout()
    layout.append(name: "dense/kernel", shape: [1])
    let arena = ParameterArena(layout: layout, optimizerStates: optimizer.stateNames)
    arena.values.buffer[0] = value
    return arena
  }

  /// The paper's algorithm 1 in double precision, with the two means corrected one by one; the tolerance leaves float32 a
  /// dozen roundings of the step and one of the value.
  @Test(arguments: [0, 0.1] as [Float])
  func itIsThePapersAlgorithm(weightDecay: Float) {
    let adam = Adam(.timeDecay(0.1, decay: 0.5), beta1: 0.75, beta2: 0.875, epsilon: 0, weightDecay: weightDecay)
    let arena = arena(adam, value: 2)
    var (mean, square, value) = (0.0, 0.0, 2.0)
    for (step, gradient) in [4, -1, 0.5, 2].enumerated() {
      arena.gradients.buffer[0] = Float(gradient)
      adam.update(arena, in: 0..<1, step: step)
      let rate = 0.1 / (1 + 0.5 * Double(step))
      mean = 0.75 * mean + 0.25 * gradient
      square = 0.875 * square + 0.125 * gradient * gradient
      let (first, second) = (1 - power(0.75, step + 1), 1 - power(0.875, step + 1))
      value -= Double(weightDecay) * rate * value
      value -= rate * (mean / first) / (square / second).squareRoot()
      #expect(abs(Double(arena.values.buffer[0]) - value) <= 12 * 0x1p-24 * rate + 4 * 0x1p-24 * abs(value))
    }
  }

  /// As in Keras, where the correction is of 0.999 as a float, 0.99900001287, and the share of a square 0.001: that takes 6.7e-6
  /// off.
  @Test func theFirstStepHasTheLengthOfTheRate() {
    for gradient in [1e-3, 1, 1e3] as [Float] {
      let arena = arena(Adam(0.5, epsilon: 0), value: 0)
      arena.gradients.buffer[0] = gradient
      Adam(0.5, epsilon: 0).update(arena, in: 0..<1, step: 0)
      #expect(abs(arena.values.buffer[0] + 0.5 * (1 - 6.67e-6)) < 1e-7)
    }
  }

  @Test func clippingScalesTheGradient() throws {
    let adam = Adam(0.5)
    let (clipped, small) = (arena(adam, value: 1), arena(adam, value: 1))
    clipped.gradients.buffer[0] = 8
    small.gradients.buffer[0] = 2
    adam.update(clipped, in: 0..<1, step: 0, scale: 0.25)
    adam.update(small, in: 0..<1, step: 0)
    for name in adam.stateNames {
      #expect(try #require(clipped.optimizerStates[name]).buffer[0] == small.optimizerStates[name]?.buffer[0])
    }
    #expect(clipped.values.buffer[0] == small.values.buffer[0])
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { result, _ in result * base }
  }
}
