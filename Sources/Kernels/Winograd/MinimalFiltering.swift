/// Winograd's minimal filtering F(m, r): m outputs of a filter of r taps g over α = m + r - 1 inputs d are
///
///     y = Aᵀ·((G·g) ⊙ (Bᵀ·d))
///
/// with α products instead of m·r (Winograd, "Arithmetic complexity of computations", 1980; Lavin and Gray, "Fast algorithms
/// for convolutional neural networks", CVPR 2016). Multiplication of polynomials stands behind it, by their values at α
/// points: 0, pairs ±p, and ∞. Bᵀ depends on the points alone; A and G are the values of polynomials with m and r
/// coefficients. Being linear in g, the same identity transposed gives the filter's gradient: dg = Gᵀ·((A·dy) ⊙ (Bᵀ·d)).
struct MinimalFiltering: Hashable, Sendable {
  /// m.
  let outputs: Int
  /// r.
  let taps: Int
  /// α, how many products there are.
  var places: Int { outputs + taps - 1 }

  /// F(1, 1), of an axis on which there is nothing to save.
  static let identity = MinimalFiltering(outputs: 1, taps: 1)

  /// What there is for a filter of `taps` taps.
  static func all(taps: Int) -> [MinimalFiltering] {
    if taps == 1 { return [identity] }
    return [4, 6, 8].map { MinimalFiltering(outputs: $0 + 1 - taps, taps: taps) }.filter { $0.outputs > 1 }
  }

  /// How much larger than those of the direct sum the rounding errors are, roughly, of the outputs or of the filter's
  /// gradient; along several axes they multiply. (By experiment with random numbers, as in the tests.)
  var errorGrowth: Double {
    switch (places, abs(outputs - taps)) {
    case (1, _), (4, _): 1
    case (6, 1): 1.4
    case (6, _): 2
    case (_, 1): 2.6
    case (_, 3): 6
    default: 4.5
    }
  }

  /// The positive p of the pairs ±p. They come with their reciprocals, and their powers differ little, which keeps rounding
  /// errors small (Barabasz et al., "Error analysis and improving the accuracy of Winograd convolution for deep neural
  /// networks", 2020). For 6 places ±√½, ±√2 have half the errors of the usual ±1, ±2; for 8 places no others in a search in
  /// steps of 0.05 had errors smaller by a tenth.
  static func pairs(places: Int) -> [Double] {
    switch places {
    case 4: [1]
    case 6: [(0.5).squareRoot(), (2.0).squareRoot()]
    case 8: [0.5, 1, 2]
    default: preconditionFailure("no points for \(places) places")
    }
  }

  /// Bᵀ.
  var input: LineTransform { places == 1 ? .identity : .input(InputMatrix(places: places)) }
  /// A; transposed it leads from the places to the outputs.
  var output: LineTransform { places == 1 ? .identity : .values(PointMatrix(places: places, coefficients: outputs)) }
  /// G; transposed it leads from the places to the taps.
  var kernel: LineTransform {
    places == 1 ? .identity : .values(PointMatrix(places: places, coefficients: taps, isDivided: true))
  }
}

/// A matrix that is applied to lines of floats.
enum LineTransform {
  case identity
  case input(InputMatrix)
  case values(PointMatrix)
}

/// Bᵀ (α, α). Its row for a point is the polynomial that vanishes at all others, the last one that which vanishes at all.
/// What vanishes at ±q is even, so the rows of ±p are x²·c(x²) ± p·x·c(x²), and two of them take hardly more than one.
struct InputMatrix {
  let places: Int
  /// p of each pair.
  let points: SIMD4<Float>
  /// The coefficients of each pair's c, a row for each of them; the highest is 1.
  let others: (SIMD4<Float>, SIMD4<Float>)
  /// The coefficients of the polynomial in x² that vanishes at every pair; the highest is 1.
  let all: SIMD4<Float>

  init(places: Int) {
    let pairs = MinimalFiltering.pairs(places: places)
    /// (x² - q²)·… of some of the pairs, in powers of x².
    func product(_ factors: [Double]) -> [Double] {
      factors.reduce([1]) { product, q in
        zip([0] + product, product + [0]).map { $0 - q * q * $1 }
      }
    }
    let rests = pairs.indices.map { j in product(pairs.indices.filter { $0 != j }.map { pairs[$0] }) }
    func lanes(_ values: [Double]) -> SIMD4<Float> {
      var lanes = SIMD4<Float>()
      for (i, value) in values.enumerated() { lanes[i] = Float(value) }
      return lanes
    }
    self.places = places
    points = lanes(pairs)
    others = (lanes(rests.map { $0[0] }), lanes(rests.map { $0.count > 1 ? $0[1] : 0 }))
    all = lanes(product(pairs))
  }
}

/// The values of polynomials with n coefficients at the points (α, n): a row for each point, its powers 1, p, p², …; for ∞ the
/// highest coefficient alone. Those of ±p differ in the signs of the odd powers only.
struct PointMatrix {
  let places: Int
  let coefficients: Int
  /// The row of 0 has one entry.
  let zero: Float
  /// The rows of each pair's p.
  let rows: (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>)

  /// - Parameter isDivided: whether each row is divided by the product of the point's distances from the others, by which
  ///   Lagrange's interpolation divides; that falls to G.
  init(places: Int, coefficients: Int, isDivided: Bool = false) {
    let pairs = MinimalFiltering.pairs(places: places)
    func row(_ p: Double) -> SIMD8<Float> {
      let distances = pairs.reduce(2 * p * p) { $1 == p ? $0 : $0 * (p * p - $1 * $1) }
      var row = SIMD8<Float>()
      var power = isDivided ? 1 / distances : 1
      for i in 0..<coefficients {
        row[i] = Float(power)
        power *= p
      }
      return row
    }
    let rows = pairs.map(row)
    self.places = places
    self.coefficients = coefficients
    zero = isDivided ? Float(1 / pairs.reduce(1) { $0 * -$1 * $1 }) : 1
    self.rows = (rows[0], rows.count > 1 ? rows[1] : .zero, rows.count > 2 ? rows[2] : .zero)
  }
}
