// The exponential functions. All of them cut x into n·ln 2 + r with |r| ≤ ln 2 / 2, so that exp(x) = 2ⁿ·exp(r) (Cody and Waite,
// "Software manual for the elementary functions", 1980), and share one polynomial for exp(r) - 1.
//
// The coefficients of all polynomials in this folder come from `Tests/Goldens/function_coefficients.py`; the errors of all
// functions are measured in `ElementaryFunctionTests`.

/// exp(x), within 1 ulp; results below the normal floats too.
@inline(__always)
func exp(_ x: Lanes) -> Lanes {
  // Beyond these limits the result is 0 or ∞ all the same.
  let (shifted, r) = reduced(x.atLeast(-104).atMost(89))
  // 2ⁿ may lie beyond the floats where the result does not: it becomes two factors, and only the second may round.
  let n = shifted.bits &- Lanes(repeating: magic).bits
  let half = n &>> 1
  let (scale, rest) = (powerOfTwo(half), powerOfTwo(n &- half))
  return exp(reduced: r) * scale * rest
}

/// exp(-a) for a ≥ 0, within 1 ulp, in fewer instructions; results below the normal floats too.
@inline(__always)
func decay(_ a: Lanes) -> Lanes {
  let (shifted, r) = reduced(-a.atMost(farthest))
  return scaled(exp(reduced: r), shifted)
}

/// exp(-a) for a ≥ 0 and exp(-a)·factor, where |factor| ≤ 2⁶². The product keeps its digits where exp(-a) lies below the normal
/// floats and itself does not.
@inline(__always)
func decay(_ a: Lanes, times factor: Lanes) -> (decay: Lanes, product: Lanes) {
  let (shifted, r) = reduced(-a.atMost(farthest))
  let large = exp(reduced: r) * power(shifted, raisedBy: 64)
  return (large * 0x1p-64, large * factor * 0x1p-64)
}

/// exp(-a²/2)·factor for 0 ≤ a ≤ 15. The rounding of a² alone would cost as many ulp as a²/4.
@inline(__always)
func bell(_ a: Lanes, times factor: Lanes) -> Lanes {
  let square = a * a * 0.5
  let lost = (-square).adding(a, a * 0.5)
  let (shifted, r) = reduced(-square)
  // One instruction more than exp(reduced:), and half an ulp less.
  return scaled((expMinusOne(reduced: r - lost) + 1) * factor, shifted)
}

/// exp(x) - 1 for x ≤ 0, within 2 ulp.
@inline(__always)
func expMinusOne(_ x: Lanes) -> Lanes {
  let (shifted, r) = reduced(x.atLeast(-20))
  let power = power(shifted)
  return (power - 1).adding(power, expMinusOne(reduced: r)).signed(as: x)
}

/// Whatever a factor of reasonable size makes of exp(-120), it is 0.
private let farthest: Float = 120

/// 1.5·2²³: adding it leaves no bits behind the point, so that a sum with it is rounded to the nearest whole number.
private let magic: Float = 0x1.8p+23

/// n, in the lower bits of a large float, and r.
@inline(__always)
private func reduced(_ x: Lanes) -> (shifted: Lanes, r: Lanes) {
  let shifted = Lanes(repeating: magic).adding(x, 0x1.715476p+0)
  let n = shifted - magic
  // ln 2 in two parts, the first of which has so few bits that n times it is exact.
  return (shifted, x.adding(n, -0x1.62e4p-1).adding(n, -0x1.7f7d1cp-20))
}

/// p·2ⁿ for -180 < n ≤ 0, where p is no smaller than a normal float, rounded once.
@inline(__always)
private func scaled(_ p: Lanes, _ shifted: Lanes) -> Lanes {
  // 2ⁿ⁺⁶⁴ is a normal float, and so is p times it: the second multiplication alone may round.
  p * power(shifted, raisedBy: 64) * 0x1p-64
}

/// 2ⁿ⁺ᵏ as a float: n + k + 127 at the place of the exponent, where the upper bits of the large float fall out.
@inline(__always)
private func power(_ shifted: Lanes, raisedBy k: Int32 = 0) -> Lanes {
  Lanes(bits: (shifted.bits &<< 23) &+ ((127 + k) << 23))
}

@inline(__always)
private func powerOfTwo(_ n: LaneBits) -> Lanes { Lanes(bits: (n &+ 127) &<< 23) }

/// exp(r) for |r| ≤ ln 2 / 2.
@inline(__always)
private func exp(reduced r: Lanes) -> Lanes {
  let one = Lanes(repeating: 1)
  return one.adding(r, one.adding(r, secondOrder(r)))
}

/// exp(r) - 1 for |r| ≤ ln 2 / 2, to the last digits of small r.
@inline(__always)
private func expMinusOne(reduced r: Lanes) -> Lanes { r.adding(r * r, secondOrder(r)) }

/// q with exp(r) - 1 = r + r²·q(r) within 2⁻²⁶ of its size before rounding.
@inline(__always)
private func secondOrder(_ r: Lanes) -> Lanes {
  polynomial(r, 0x1.fffffep-2, 0x1.5554aap-3, 0x1.555798p-5, 0x1.122bf6p-7, 0x1.6acab8p-10)
}
