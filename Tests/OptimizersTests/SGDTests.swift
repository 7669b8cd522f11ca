import Optimizers
import Tensors
import Testing

@Suite struct SGDTests {
  private func arena(_ values: [Float], tail: Int = 0) -> ParameterArena {
    var layout = ParameterLayout()
    layout.append(name: "dense/kernel", shape: [values.count])
    let arena = ParameterArena(layout: layout, optimizerStates: [SGD.momentumState], tail: tail)
    _ = arena.values.buffer.update(fromContentsOf: values)
    return arena
  }

  /// By hand, at rate ½ / (1 + step) and momentum ½, with gradients 4, 4 and 6 of the one value:
  ///
  ///     step 0: rate 1/2, velocity 0·½    - 4·½   = -2,   value 10 - 2   = 8
  ///     step 1: rate 1/4, velocity -2·½   - 4·¼   = -2,   value  8 - 2   = 6
  ///     step 3: rate 1/8, velocity -2·½   - 6·⅛   = -1¾,  value  6 - 1¾  = 4¼
  @Test func momentumCarriesOverThreeSteps() {
    let arena = arena([10])
    let sgd = SGD(.timeDecay(0.5, decay: 1), momentum: 0.5)
    var path: [[Float]] = []
    for (step, gradient) in [(0, 4), (1, 4), (3, 6)] as [(Int, Float)] {
      arena.gradients.buffer[0] = gradient
      sgd.update(arena, in: 0..<arena.layout.count, step: step)
      path.append([arena.optimizerStates[SGD.momentumState]?.buffer[0] ?? .nan, arena.values.buffer[0]])
    }
    #expect(path == [[-2, 8], [-2, 6], [-1.75, 4.25]])
  }

  @Test func withoutMomentumItIsPlainDescent() {
    let arena = arena([1, 2, 3])
    _ = arena.gradients.buffer.update(fromContentsOf: [4, 0, -4])
    let sgd = SGD(0.25)
    for step in 0..<2 { sgd.update(arena, in: 0..<arena.layout.count, step: step) }
    #expect(Array(arena.values.buffer) == [-1, 2, 5])
  }

  @Test func gradientsAndTheirTailStay() {
    let arena = arena([1, 2], tail: 1)
    _ = arena.gradients.buffer.update(fromContentsOf: [3, 4, 5])
    SGD(1.0).update(arena, in: 0..<arena.layout.count, step: 0)
    #expect(Array(arena.gradients.buffer) == [3, 4, 5])
    #expect(Array(arena.values.buffer) == [-2, -2])
  }

  @Test func itAsksForTheStateThatItKeeps() {
    #expect(SGD(1.0).stateNames == ["momentum"])
  }

  /// By hand, at rate ½, momentum ½ and a weight decay of ¼, with gradients 8 and 8 that clipping halves:
  ///
  ///     step 0: velocity 0·½  - 4·½ = -2,  value 8 - 8·⅛ + (-2·½ - 4·½) = 4
  ///     step 1: velocity -2·½ - 4·½ = -3,  value 4 - 4·⅛ + (-3·½ - 4·½) = 0
  @Test func nesterovDecayAndClipping() {
    let arena = arena([8])
    let sgd = SGD(0.5, momentum: 0.5, isNesterov: true, weightDecay: 0.25)
    var path: [Float] = []
    for step in 0..<2 {
      arena.gradients.buffer[0] = 8
      sgd.update(arena, in: 0..<1, step: step, scale: 0.5)
      path += [arena.optimizerStates[SGD.momentumState]?.buffer[0] ?? .nan, arena.values.buffer[0]]
    }
    #expect(path == [-2, 4, -3, 0])
  }
}
