// The smooth linear units: x times something that runs from 0 to 1, and their gradients. All of them are worked out from
// |x|, so that no exponential overflows, and keep their digits in the lower tail. Far out x is cut off where the function is
// its limit already, since ∞·0 would be no number.

/// x·Φ(x), within 4 ulp.
@inline(__always)
func gelu(_ x: Lanes) -> Lanes {
  // x⁺ - a·Φ(-a) with a = |x|.
  let a = x.magnitude.atMost(15)
  return x.atLeast(0) - bell(a, times: a * normalTail(a))
}

/// dy·(Φ(x) + x·φ(x)).
@inline(__always)
func geluGradient(_ x: Lanes, _ dy: Lanes) -> Lanes {
  // Φ(-a) - a·φ(a) below 0; what is missing from 1 above.
  let a = x.magnitude.atMost(15)
  let lower = bell(a, times: normalTail(a).adding(a, -0.398_942_29))
  return dy * (1 - lower).replacing(with: lower, where: x.hasSign)
}

/// x·σ(x), within 3 ulp.
@inline(__always)
func silu(_ x: Lanes) -> Lanes { weighted(x.atLeast(-120), by: x) }

/// dy·σ(x)·(1 + x·(1 - σ(x))).
@inline(__always)
func siluGradient(_ x: Lanes, _ dy: Lanes) -> Lanes {
  let limited = x.atLeast(-120).atMost(120)
  return dy * weightedSlope(limited, by: limited, Lanes(repeating: 1))
}

/// x/2·(1 + tanh(u)) with u = √(2/π)·(x + 0.044715·x³), which is x·σ(2u).
@inline(__always)
func geluTanh(_ x: Lanes) -> Lanes {
  let limited = x.atLeast(-12)
  return weighted(limited, by: twiceGELUArgument(limited))
}

/// dy·(σ(2u) + x·σ(2u)·(1 - σ(2u))·2u').
@inline(__always)
func geluTanhGradient(_ x: Lanes, _ dy: Lanes) -> Lanes {
  let limited = x.atLeast(-12).atMost(12)
  let growth = Lanes(repeating: 1.595_769_1).adding(limited * limited, 3 * 0.071_354_814)
  return dy * weightedSlope(limited, by: twiceGELUArgument(limited), growth)
}

@inline(__always)
private func twiceGELUArgument(_ x: Lanes) -> Lanes {
  x * Lanes(repeating: 1.595_769_1).adding(x * x, 0.071_354_814)
}

/// x·σ(w), where both have the same sign.
@inline(__always)
private func weighted(_ x: Lanes, by w: Lanes) -> Lanes {
  let (z, product) = decay(w.magnitude, times: x)
  return x.replacing(with: product, where: x.hasSign) / (z + 1)
}

/// σ(w) + x·σ(w)·(1 - σ(w))·w', where x and w have the same sign, of one division.
@inline(__always)
private func weightedSlope(_ x: Lanes, by w: Lanes, _ growth: Lanes) -> Lanes {
  let z = decay(w.magnitude)
  let (sum, part) = (z + 1, x * growth)
  return sum.adding(z, part).replacing(with: z * (sum + part), where: x.hasSign) / (sum * sum)
}

/// x·tanh(log(1 + exp(x))), within 4 ulp.
@inline(__always)
func mish(_ x: Lanes) -> Lanes {
  // With w = exp(x) the tanh is w·(w + 2) / (w·(w + 2) + 2); above 0 all is divided by w².
  let limited = x.atLeast(-120)
  let (z, product) = decay(limited.magnitude, times: limited)
  let (upper, rest) = mishParts(z, x.hasSign)
  return (upper * x).replacing(with: product * (z + 2), where: x.hasSign) / (upper + rest)
}

/// With t the tanh: dy·(t + x·(1 - t²)·σ(x)).
@inline(__always)
func mishGradient(_ x: Lanes, _ dy: Lanes) -> Lanes {
  let limited = x.atLeast(-120).atMost(120)
  let (z, isNegative) = (decay(limited.magnitude), limited.hasSign)
  let (upper, rest) = mishParts(z, isNegative)
  let (lower, sum) = (upper + rest, z + 1)
  let sigma = Lanes(repeating: 1).replacing(with: z, where: isNegative)
  // 1 - t² = (lower² - upper²) / lower²
  let growth = limited * sigma * rest * (lower + upper)
  return dy * (growth.adding(upper * lower, sum) / (lower * lower * sum))
}

/// `upper / (upper + rest)` is the tanh.
@inline(__always)
private func mishParts(_ z: Lanes, _ isNegative: Lanes.Mask) -> (upper: Lanes, rest: Lanes) {
  let upper = Lanes(repeating: 1).adding(z, 2).replacing(with: z * (z + 2), where: isNegative)
  return (upper, (z * z * 2).replacing(with: 2, where: isNegative))
}
