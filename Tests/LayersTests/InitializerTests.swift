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

/// Initialisers that scale, and those that make matrices.
@Suite struct InitializerKindTests {
  private func values(_ initializer: Initializer, _ shape: Shape) -> [Double] {
    let storage = FloatStorage(count: shape.count)
    initializer.fill(storage.buffer, shape: shape, seed: 5, parameter: 3)
    return storage.floats.map(Double.init)
  }

  private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
  }

  /// 57,600 draws: the mean is within 5 of its standard errors, the deviation within 2 %.
  @Test(
    arguments: [
      (.lecunNormal, 0, (1.0 / 360).squareRoot()), (.lecunUniform, 0, (1.0 / 360).squareRoot()),
      (.varianceScaling(3, .fanOut, .untruncatedNormal), 0, (3.0 / 1440).squareRoot()),
      (.varianceScaling(0.5, .average, .truncatedNormal), 0, (0.5 / 900).squareRoot()),
      (.randomNormal(mean: 2, deviation: 0.5), 2, 0.5), (.randomUniform(-1, 3), 1, 4 / 12.0.squareRoot()),
      (.truncatedNormal(mean: -1, deviation: 0.5), -1, 0.5 * 0.87962566),
    ] as [(Initializer, Double, Double)])
  func momentsAreThoseOfTheName(_ initializer: Initializer, _ mean: Double, _ deviation: Double) {
    let found = moments(values(initializer, [3, 3, 40, 160]))
    #expect(abs(found.mean - mean) <= 5 * deviation / 240)
    #expect(abs(found.deviation / deviation - 1) <= 0.02)
  }

  @Test(arguments: [[6, 4], [4, 6], [2, 3, 5], [7, 7]] as [Shape])
  func orthogonalMatricesAre(_ shape: Shape) {
    let all = values(.orthogonal(gain: 2), shape)
    let columns = shape[shape.rank - 1]
    let rows = all.count / columns
    func vector(_ index: Int) -> [Double] {
      rows >= columns
        ? (0..<rows).map { all[$0 * columns + index] } : Array(all[index * columns..<(index + 1) * columns])
    }
    for i in 0..<min(rows, columns) {
      for j in 0...i {
        let product = zip(vector(i), vector(j)).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (i == j ? 4 : 0)) < 1e-6)
      }
    }
  }

  @Test func theIdentityIsOne() {
    #expect(values(.identity(gain: 3), [2, 3]) == [3, 0, 0, 0, 3, 0])
    #expect(Initializer.identity(gain: 1).flaw(for: [2, 2, 2]) != nil)
  }

  /// As `torch.nn.init.dirac_` on the first filters: 1 at tap size / 2 of their channel. The others are drawn.
  @Test func filtersOfADiracLetChannelsThrough() {
    let (shape, limit) = ([3, 2, 2, 4] as Shape, (1.0 / 12).squareRoot())
    let found = values(.dirac, shape)
    for place in found.indices {
      let (tap, channel, filter) = (place / 8, place / 4 % 2, place % 4)
      if filter < 2 {
        #expect(found[place] == (tap == 3 && channel == filter ? 1 : 0))  // row 1 of 3, column 1 of 2
      } else {
        #expect(abs(found[place]) <= limit && found[place] != 0)
      }
    }
    // Each group has its own channels; of a depthwise kernel each channel, whose second filter is drawn.
    var kernel = [Float](repeating: 9, count: 3 * 2 * 6)
    kernel.withUnsafeMutableBufferPointer {
      Initializer.dirac.fill($0, shape: [3, 2, 6], reach: .groups(2), seed: 1, parameter: 0)
    }
    for filter in [0, 1, 3, 4] {
      for place in 0..<6 { #expect(kernel[place * 6 + filter] == (place == 2 + filter % 3 ? 1 : 0)) }
    }
    #expect([2, 5].allSatisfy { filter in (0..<6).allSatisfy { abs(kernel[$0 * 6 + filter]) < 0.5 } })
    let depthwise = DepthwiseConv1D(kernel: 3, depthMultiplier: 2).parameters(for: [8, 4])[0]
    var own = [Float](repeating: 9, count: depthwise.shape.count)
    own.withUnsafeMutableBufferPointer {
      Initializer.dirac.fill($0, shape: depthwise.shape, reach: depthwise.reach, seed: 1, parameter: 0)
    }
    for place in 0..<12 { #expect(own[place * 2] == (place / 4 == 1 ? 1 : 0) && abs(own[place * 2 + 1]) < 1) }
    // More channels than filters.
    #expect(values(.dirac, [1, 3, 2]) == [1, 0, 0, 1, 0, 0])
    #expect(Initializer.dirac.flaw(for: [2, 2]) != nil && Initializer.dirac.flaw(for: [1, 3, 2]) == nil)
  }

  @Test func whiteningIsForEvenNumbersOfFilters() {
    let initializer = Initializer.whitening(Whitening())
    #expect(initializer.flaw(for: [2, 2, 3, 24]) == nil && initializer.flaw(for: [2, 2, 3, 8]) == nil)
    #expect([[2, 2, 3, 26], [2, 2, 3, 7], [4, 3, 8]].allSatisfy { initializer.flaw(for: Shape($0)) != nil })
  }
}

@Suite struct ConstraintTests {
  private func apply(_ constraint: Constraint, _ values: [Float], _ shape: Shape) -> [Float] {
    let storage = FloatStorage(values)
    constraint.apply(to: storage.buffer, shape: shape)
    return storage.floats
  }

  /// A norm for each column, or for each row.
  @Test func norms() {
    let values: [Float] = [3, 1, 4, 0]
    #expect(apply(.maxNorm(2.5, axes: [0]), values, [2, 2]).map { ($0 * 1000).rounded() } == [1500, 1000, 2000, 0])
    #expect(apply(.maxNorm(2, axes: [1]), values, [2, 2]).map { ($0 * 1000).rounded() } == [1897, 632, 2000, 0])
    #expect(apply(.unitNorm(axes: [0]), values, [2, 2]).map { ($0 * 1000).rounded() } == [600, 1000, 800, 0])
    #expect(
      apply(.minMaxNorm(2, 4, rate: 0.5, axes: [0]), values, [2, 2]).map { ($0 * 1000).rounded() } == [
        2700, 1500, 3600, 0,
      ])
    #expect(apply(.nonNegative, [-1, 2, -0.5], [3]) == [0, 2, 0])
    #expect(Constraint.maxNorm(1, axes: [2]).flaw(for: [2, 2]) != nil)
  }
}
