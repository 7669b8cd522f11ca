/// Floats that are transformed at once. (`Octet`, because eight of them fit into AVX2's registers with room to work; with
/// AVX-512 `Lanes` would.)
typealias LineVector = Octet

extension InputMatrix {
  /// Bᵀ·d.
  @inline(__always)
  func apply(places: Int, _ d: (Int) -> LineVector, _ store: (Int, LineVector) -> Void) {
    if places == 4 {
      let (d1, d2) = (d(1), d(2))
      store(0, d2.adding(d(0), all[0]))
      pair(1, d2, d1, points[0], store)
      store(3, d(3).adding(d1, all[0]))
    } else if places == 6 {
      let (d1, d2, d3, d4) = (d(1), d(2), d(3), d(4))
      let (d0, d5) = (d(0), d(5))
      store(0, d4.adding(d2, all[1]).adding(d0, all[0]))
      pair(1, d4.adding(d2, others.0[0]), d3.adding(d1, others.0[0]), points[0], store)
      pair(3, d4.adding(d2, others.0[1]), d3.adding(d1, others.0[1]), points[1], store)
      store(5, d5.adding(d3, all[1]).adding(d1, all[0]))
    } else {
      let (d1, d2, d3, d4, d5, d6) = (d(1), d(2), d(3), d(4), d(5), d(6))
      let (d0, d7) = (d(0), d(7))
      store(0, d6.adding(d4, all[2]).adding(d2, all[1]).adding(d0, all[0]))
      @inline(__always)
      func pair(_ j: Int) {
        self.pair(
          2 &* j &+ 1, d6.adding(d4, others.1[j]).adding(d2, others.0[j]),
          d5.adding(d3, others.1[j]).adding(d1, others.0[j]), points[j], store)
      }
      pair(0)
      pair(1)
      pair(2)
      store(7, d7.adding(d5, all[2]).adding(d3, all[1]).adding(d1, all[0]))
    }
  }

  /// The rows of +p and -p.
  @inline(__always)
  private func pair(
    _ place: Int, _ even: LineVector, _ odd: LineVector, _ p: Float, _ store: (Int, LineVector) -> Void
  ) {
    store(place, even.adding(odd, p))
    store(place &+ 1, even.adding(odd, -p))
  }
}

extension PointMatrix {
  /// The polynomials' values at every point, M·y: `places` and `n` are the matrix's, written out where it is called.
  @inline(__always)
  func values(places: Int, n: Int, _ y: (Int) -> LineVector, _ store: (Int, LineVector) -> Void) {
    let (y0, y1) = (y(0), y(1))
    let y2 = n > 2 ? y(2) : .zero
    let y3 = n > 3 ? y(3) : .zero
    let y4 = n > 4 ? y(4) : .zero
    let y5 = n > 5 ? y(5) : .zero
    let y6 = n > 6 ? y(6) : .zero
    @inline(__always)
    func pair(_ place: Int, _ row: SIMD8<Float>) {
      var (even, odd) = (y0 * row[0], y1 * row[1])
      if n > 2 { even = even.adding(y2, row[2]) }
      if n > 3 { odd = odd.adding(y3, row[3]) }
      if n > 4 { even = even.adding(y4, row[4]) }
      if n > 5 { odd = odd.adding(y5, row[5]) }
      if n > 6 { even = even.adding(y6, row[6]) }
      store(place, even + odd)
      store(place &+ 1, even - odd)
    }
    store(0, y0 * zero)
    pair(1, rows.0)
    if places > 4 { pair(3, rows.1) }
    if places > 6 { pair(5, rows.2) }
    store(places &- 1, n == 2 ? y1 : n == 3 ? y2 : n == 4 ? y3 : n == 5 ? y4 : n == 6 ? y5 : y6)
  }

  /// `values` transposed, Mᵀ·m, of which the first `count` are stored.
  @inline(__always)
  func sums(places: Int, n: Int, count: Int, _ m: (Int) -> LineVector, _ store: (Int, LineVector) -> Void) {
    let (plus1, minus1) = (m(1), m(2))
    let (plus2, minus2) = places > 4 ? (m(3), m(4)) : (.zero, .zero)
    let (plus3, minus3) = places > 6 ? (m(5), m(6)) : (.zero, .zero)
    let (even1, odd1) = (plus1 + minus1, plus1 - minus1)
    let (even2, odd2) = (plus2 + minus2, plus2 - minus2)
    let (even3, odd3) = (plus3 + minus3, plus3 - minus3)
    @inline(__always)
    func sum(_ i: Int) {
      guard i < n && i < count else { return }
      var sum = (i & 1 == 0 ? even1 : odd1) * rows.0[i]
      if places > 4 { sum = sum.adding(i & 1 == 0 ? even2 : odd2, rows.1[i]) }
      if places > 6 { sum = sum.adding(i & 1 == 0 ? even3 : odd3, rows.2[i]) }
      if i == 0 { sum = sum.adding(m(0), zero) }
      if i == n &- 1 { sum += m(places &- 1) }
      store(i, sum)
    }
    sum(0)
    sum(1)
    sum(2)
    sum(3)
    sum(4)
    sum(5)
    sum(6)
  }
}
