import Layers
import Tensors
import Testing

@Suite struct InitializerTests {
  /// Glorot's limit for a kernel (kh, kw, in, out) has kh·kw·in and kh·kw·out as its fans, for (in, out) those two alone.
  @Test(arguments: [([3, 3, 4, 8], 36 + 72), ([70, 50], 120)] as [(Shape, Float)])
  func glorotUniformFillsItsInterval(_ shape: Shape, _ fans: Float) {
    let values = FloatStorage(nan: shape.count)
    Initializer.glorotUniform.fill(values.buffer, shape: shape, seed: 5, parameter: 2)
    let limit = (6 / fans).squareRoot()
    #expect(values.floats.allSatisfy { -limit <= $0 && $0 < limit })
    // Of 288 or more uniform draws the largest falls short of 0.9 of the limit once in (1/0.95)^288 = 2.6 million keys.
    #expect(values.floats.reduce(0, max) > 0.9 * limit && values.floats.reduce(0, min) < -0.9 * limit)
  }

  /// Element e is word `e / 16 % 4` of block `e / 64 * 16 + e % 16`, its upper 24 bits as a float in [-1, 1).
  @Test func eachElementHasItsOwnBits() {
    let values = FloatStorage(nan: 333)
    Initializer.glorotUniform.fill(values.buffer, shape: [9, 37], seed: 5, parameter: 2)
    let key = RandomKey(seed: 5, purpose: .initialization(parameter: 2))
    let limit = (6 / Float(9 + 37)).squareRoot()
    let expected = (0..<333).map { e -> Float in
      let word = key.block(UInt32(e / 64 * 16 + e % 16))[e / 16 % 4]
      return (Float(word >> 8) * 0x1p-23 - 1) * limit
    }
    #expect(values.floats == expected)
  }

  /// He's limit counts the inputs alone.
  @Test func heUniformFillsItsInterval() {
    let values = FloatStorage(nan: 288)
    Initializer.heUniform.fill(values.buffer, shape: [3, 3, 4, 8], seed: 5, parameter: 2)
    let limit = (6 / Float(36)).squareRoot()
    #expect(values.floats.allSatisfy { -limit <= $0 && $0 < limit })
    #expect(values.floats.reduce(0, max) > 0.9 * limit && values.floats.reduce(0, min) < -0.9 * limit)
  }

  /// The variance of 40,000 draws is off by less than five times √(2 / 40,000) of it (a normal distribution without tails
  /// has a kurtosis below 3, so less), their mean by five standard errors. The cut lies at 2 / 0.8796 of the deviation.
  @Test(arguments: [(Initializer.glorotNormal, 2.0 / 500), (.heNormal, 2.0 / 400)])
  func normalOnesHaveTheirVarianceAndNoTails(_ initializer: Initializer, _ variance: Double) {
    let values = FloatStorage(nan: 40_000)
    initializer.fill(values.buffer, shape: [400, 100], seed: 5, parameter: 2)
    let draws = values.floats.map(Double.init)
    let mean = draws.reduce(0, +) / 40_000
    #expect(abs(mean) < 5 * (variance / 40_000).squareRoot())
    #expect(abs(draws.reduce(0) { $0 + $1 * $1 } / 40_000 / variance - 1) < 5 * (2.0 / 40_000).squareRoot())
    let cut = 2 / 0.8796 * variance.squareRoot()
    #expect(draws.allSatisfy { abs($0) < 1.0001 * cut } && draws.contains { abs($0) > 0.99 * cut })
  }

  @Test func drawsDependOnSeedAndPlace() {
    for initializer in [Initializer.glorotNormal, .heNormal, .heUniform, .glorotUniform] {
      func draws(_ seed: UInt64, _ parameter: Int) -> [Float] {
        let values = FloatStorage(nan: 33)
        initializer.fill(values.buffer, shape: [3, 11], seed: seed, parameter: parameter)
        return values.floats
      }
      #expect(draws(1, 1) == draws(1, 1) && draws(1, 1) != draws(2, 1) && draws(1, 1) != draws(1, 2))
    }
  }

  @Test func constantsAreConstant() {
    let values = FloatStorage(nan: 7)
    Initializer.ones.fill(values.buffer, shape: [7], seed: 5, parameter: 2)
    #expect(values.floats == [Float](repeating: 1, count: 7))
    Initializer.constant(0.25).fill(values.buffer, shape: [7], seed: 5, parameter: 2)
    #expect(values.floats == [Float](repeating: 0.25, count: 7))
  }

  @Test func zerosAreZeros() {
    let values = FloatStorage(nan: 7)
    Initializer.zeros.fill(values.buffer, shape: [7], seed: 5, parameter: 2)
    #expect(values.floats == [Float](repeating: 0, count: 7))
  }
}
