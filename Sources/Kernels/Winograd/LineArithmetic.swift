/// Up to eight vectors, one of each line; the others are not used.
typealias LineVectors = (
  Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector
)

/// A number that is known when code is compiled, so that what depends on it is laid out straight.
protocol FixedCount { static var value: Int { get } }
enum Two: FixedCount { static var value: Int { 2 } }
enum Three: FixedCount { static var value: Int { 3 } }
enum Four: FixedCount { static var value: Int { 4 } }
enum Five: FixedCount { static var value: Int { 5 } }
enum Six: FixedCount { static var value: Int { 6 } }
enum Seven: FixedCount { static var value: Int { 7 } }
enum Eight: FixedCount { static var value: Int { 8 } }

extension InputMatrix {
  /// Bᵀ·d.
  @inline(__always)
  func apply(_ places: Int, _ d: LineVectors) -> LineVectors {
    let none = Vector.zero
    if places == 4 {
      let pair = Self.pair(d.2, d.1, points[0])
      return (d.2.adding(d.0, all[0]), pair.0, pair.1, d.3.adding(d.1, all[0]), none, none, none, none)
    }
    if places == 6 {
      let pair1 = Self.pair(d.4.adding(d.2, others.0[0]), d.3.adding(d.1, others.0[0]), points[0])
      let pair2 = Self.pair(d.4.adding(d.2, others.0[1]), d.3.adding(d.1, others.0[1]), points[1])
      return (
        d.4.adding(d.2, all[1]).adding(d.0, all[0]), pair1.0, pair1.1, pair2.0, pair2.1,
        d.5.adding(d.3, all[1]).adding(d.1, all[0]), none, none
      )
    }
    let (pair1, pair2, pair3) = (pair(0, of: d), pair(1, of: d), pair(2, of: d))
    return (
      d.6.adding(d.4, all[2]).adding(d.2, all[1]).adding(d.0, all[0]), pair1.0, pair1.1, pair2.0, pair2.1, pair3.0,
      pair3.1, d.7.adding(d.5, all[2]).adding(d.3, all[1]).adding(d.1, all[0])
    )
  }

  /// Pair j of eight places.
  @inline(__always)
  private func pair(_ j: Int, of d: LineVectors) -> (Vector, Vector) {
    Self.pair(
      d.6.adding(d.4, others.1[j]).adding(d.2, others.0[j]), d.5.adding(d.3, others.1[j]).adding(d.1, others.0[j]),
      points[j])
  }

  /// The rows of +p and -p.
  @inline(__always)
  private static func pair(_ even: Vector, _ odd: Vector, _ p: Float) -> (Vector, Vector) {
    (even.adding(odd, p), even.subtracting(odd, p))
  }
}

extension PointMatrix {
  /// The polynomials' values at every point, M·y, for n coefficients.
  @inline(__always)
  func values(_ places: Int, _ n: Int, _ y: LineVectors) -> LineVectors {
    let (one, two, three) = (
      Self.pair(n, y, rows.0), Self.pair(places > 4 ? n : 0, y, rows.1), Self.pair(places > 6 ? n : 0, y, rows.2)
    )
    let last = n == 2 ? y.1 : n == 3 ? y.2 : n == 4 ? y.3 : n == 5 ? y.4 : n == 6 ? y.5 : y.6
    return (
      y.0 * zero, one.0, one.1, places > 4 ? two.0 : last, two.1, places > 6 ? three.0 : last, three.1, last
    )
  }

  /// A polynomial's values at p and -p.
  @inline(__always)
  private static func pair(_ n: Int, _ y: LineVectors, _ row: SIMD8<Float>) -> (Vector, Vector) {
    guard n > 0 else { return (.zero, .zero) }
    var (even, odd) = (y.0 * row[0], y.1 * row[1])
    if n > 2 { even = even.adding(y.2, row[2]) }
    if n > 3 { odd = odd.adding(y.3, row[3]) }
    if n > 4 { even = even.adding(y.4, row[4]) }
    if n > 5 { odd = odd.adding(y.5, row[5]) }
    if n > 6 { even = even.adding(y.6, row[6]) }
    return (even + odd, even - odd)
  }

  /// `values` transposed, Mᵀ·m.
  @inline(__always)
  func sums(_ places: Int, _ n: Int, _ m: LineVectors) -> LineVectors {
    let last = places == 4 ? m.3 : places == 6 ? m.5 : m.7
    let even = (m.1 + m.2, m.3 + m.4, m.5 + m.6)
    let odd = (m.1 - m.2, m.3 - m.4, m.5 - m.6)
    return (
      sum(places, 0, even).adding(m.0, zero),
      n == 2 ? sum(places, 1, odd) + last : sum(places, 1, odd),
      n == 3 ? sum(places, 2, even) + last : sum(places, 2, even),
      n == 4 ? sum(places, 3, odd) + last : sum(places, 3, odd),
      n == 5 ? sum(places, 4, even) + last : sum(places, 4, even),
      n == 6 ? sum(places, 5, odd) + last : sum(places, 5, odd),
      sum(places, 6, even) + last, .zero
    )
  }

  /// What the pairs add to coefficient i.
  @inline(__always)
  private func sum(_ places: Int, _ i: Int, _ pairs: (Vector, Vector, Vector)) -> Vector {
    var sum = pairs.0 * rows.0[i]
    if places > 4 { sum = sum.adding(pairs.1, rows.1[i]) }
    if places > 6 { sum = sum.adding(pairs.2, rows.2[i]) }
    return sum
  }
}

/// A matrix that leads to places.
protocol PlacesMatrix {
  /// Of n elements.
  func transform(_ places: Int, _ n: Int, _ elements: LineVectors) -> LineVectors
}

extension InputMatrix: PlacesMatrix {
  @inline(__always)
  func transform(_ places: Int, _ n: Int, _ elements: LineVectors) -> LineVectors { apply(places, elements) }
}

extension PointMatrix: PlacesMatrix {
  @inline(__always)
  func transform(_ places: Int, _ n: Int, _ elements: LineVectors) -> LineVectors { values(places, n, elements) }
}
