/// Six vectors, a row or column of a tile.
typealias Six = (Octet, Octet, Octet, Octet, Octet, Octet)

/// The matrices of Winograd's minimal filtering F(4, 3): four outputs of a filter of three taps g over six inputs d are
///
///     y = Aᵀ·((G·g) ⊙ (Bᵀ·d))
///
/// with 6 products instead of 12 (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, where they
/// are derived from the points of interpolation). The points here are 0, ±√½, ±√2 and ∞, whose powers differ less than those
/// of the paper's 0, ±1, ±2 and ∞: rounding errors are about half as large, for the same number of operations. For tiles
/// every matrix is applied to the columns and then to the rows. Being linear in g, the same identity transposed gives the
/// filter's gradient: dg = Gᵀ·((A·dy) ⊙ (Bᵀ·d)).
enum WinogradTransform {
  private static let root: Float = 1.414_213_6  // √2
  private static let half: Float = 0.707_106_77  // √½

  /// Bᵀ·d, where
  ///
  ///     Bᵀ = ⎡ 1   0   -5/2   0    1   0 ⎤
  ///          ⎢ 0  ∓√2   -2   ±√½   1   0 ⎥  two rows
  ///          ⎢ 0  ∓√½  -1/2  ±√2   1   0 ⎥  two rows
  ///          ⎣ 0   1     0   -5/2  0   1 ⎦
  @inline(__always)
  static func input(_ d: Six) -> Six {
    let (even1, odd1) = (d.4.adding(d.2, -2), d.3.adding(d.1, -2))
    let (even2, odd2) = (d.4.adding(d.2, -0.5), d.3.adding(d.1, -0.5))
    return (
      (d.0 + d.4).adding(d.2, -2.5),
      even1.adding(odd1, half), even1.adding(odd1, -half),
      even2.adding(odd2, root), even2.adding(odd2, -root),
      (d.1 + d.5).adding(d.3, -2.5)
    )
  }

  /// Aᵀ·m, where
  ///
  ///     Aᵀ = ⎡ 1    1     1     1     1   0 ⎤
  ///          ⎢ 0   √½   -√½    √2   -√2   0 ⎥
  ///          ⎢ 0   ½     ½     2     2    0 ⎥
  ///          ⎣ 0  √½/2  -√½/2  2√2  -2√2  1 ⎦
  @inline(__always)
  static func output(_ m: Six) -> (Octet, Octet, Octet, Octet) {
    let (sum1, difference1) = (m.1 + m.2, m.1 - m.2)
    let (sum2, difference2) = (m.3 + m.4, m.3 - m.4)
    return (
      m.0 + sum1 + sum2,
      (difference2 * root).adding(difference1, half),
      (sum2 * 2).adding(sum1, 0.5),
      m.5.adding(difference1, half / 2).adding(difference2, 2 * root)
    )
  }

  /// A·dy, `output` transposed.
  @inline(__always)
  static func outputGradient(_ y: (Octet, Octet, Octet, Octet)) -> Six {
    let (even1, odd1) = (y.0.adding(y.2, 0.5), y.1.adding(y.3, 0.5))
    let (even2, odd2) = (y.0.adding(y.2, 2), y.1.adding(y.3, 2))
    return (
      y.0,
      even1.adding(odd1, half), even1.adding(odd1, -half),
      even2.adding(odd2, root), even2.adding(odd2, -root),
      y.3
    )
  }

  /// G·g, where
  ///
  ///     G = ⎡   1     0     0  ⎤
  ///         ⎢ -2/3  ∓√2/3  -1/3 ⎥  two rows
  ///         ⎢  1/6  ±√2/6   1/3 ⎥  two rows
  ///         ⎣   0     0     1  ⎦
  @inline(__always)
  static func kernel(_ g: (Octet, Octet, Octet)) -> Six {
    let (even1, even2) = ((g.0 * (-2 / 3)).adding(g.2, -1 / 3), (g.2 * (1 / 3)).adding(g.0, 1 / 6))
    let odd = g.1 * (root / 6)
    return (
      g.0,
      even1.adding(odd, -2), even1.adding(odd, 2),
      even2 + odd, even2 - odd,
      g.2
    )
  }

  /// Gᵀ·du, `kernel` transposed.
  @inline(__always)
  static func kernelGradient(_ u: Six) -> (Octet, Octet, Octet) {
    let (sum1, sum2) = ((u.1 + u.2) * (-1 / 3), (u.3 + u.4) * (1 / 3))
    return (
      u.0.adding(sum1, 2).adding(sum2, 0.5),
      (u.3 - u.4).adding(u.2 - u.1, 2) * (root / 6),
      u.5 + sum1 + sum2
    )
  }
}
