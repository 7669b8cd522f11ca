// The functions that run from one limit to another.

/// σ(x) = 1 / (1 + exp(-x)), within 3 ulp of its size, in both tails.
@inline(__always)
func logistic(_ x: Lanes) -> Lanes {
  let z = decay(x.magnitude)
  return Lanes(repeating: 1).replacing(with: z, where: x.hasSign) / (z + 1)
}

/// dy·y·(1 - y).
@inline(__always)
func logisticGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy * (y * (1 - y)) }

/// tanh(x), within 3 ulp.
@inline(__always)
func tanh(_ x: Lanes) -> Lanes {
  // With u = exp(-2|x|) - 1, which no digits are lost in, |tanh(x)| = -u / (2 + u).
  let u = expMinusOne(x.magnitude * -2)
  return (u / (u + 2)).signed(as: x)
}

/// dy·(1 - y²).
@inline(__always)
func tanhGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy * (1 - y * y) }

/// x - tanh(x).
@inline(__always)
func tanhShrink(_ x: Lanes) -> Lanes { x - tanh(x) }

/// dy·tanh(x)².
@inline(__always)
func tanhShrinkGradient(_ x: Lanes, _ dy: Lanes) -> Lanes {
  let t = tanh(x)
  return dy * (t * t)
}

/// log(1 + exp(x)), within 2 ulp; it overflows nowhere.
@inline(__always)
func softplus(_ x: Lanes) -> Lanes { x.atLeast(0) + logOnePlus(decay(x.magnitude)) }

/// dy·(1 - exp(-y)).
@inline(__always)
func softplusGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy * -expMinusOne(-y) }

/// log σ(x).
@inline(__always)
func logLogistic(_ x: Lanes) -> Lanes { -softplus(-x) }

/// dy·(1 - exp(y)).
@inline(__always)
func logLogisticGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy * -expMinusOne(y) }

/// erfcx(a/√2)/2, which is what Φ(-a), the lower tail of the normal distribution, has besides exp(-a²/2), for 0 ≤ a ≤ 15. A
/// quotient of polynomials, within 2⁻²⁷ of its size before rounding; all coefficients are positive, so that nothing cancels.
@inline(__always)
func normalTail(_ a: Lanes) -> Lanes {
  let upper = polynomial(a, 0.5, 0x1.c11a94p-2, 0x1.77a404p-3, 0x1.4d4f4cp-5, 0x1.0e23a8p-8)
  let last = Lanes(repeating: 0x1.a1c474p-4).adding(a, 0x1.5290cep-7)
  return upper / polynomial(a, 1, 0x1.accf78p+0, 0x1.340ce2p+0, 0x1.e139d2p-2, last)
}
