import Tensors

// The logarithms. Both cut their argument into 2ⁿ·(1 + f) with 2/3 ≤ 1 + f < 4/3, by arithmetic on the exponent's bits, and share
// one polynomial for log(1 + f).

/// log(x), within 1 ulp; -∞ of 0, NaN of what is below.
@inline(__always)
func log(_ x: Lanes) -> Lanes {
  let isSmall = x .< Float.leastNormalMagnitude
  let normal = x.replacing(with: x * 0x1p+23, where: isSmall)
  let exponent = exponentBits(normal)
  let f = Lanes(bits: normal.bits &- exponent) - 1
  let n = wholeNumber(exponent).adding(Lanes().replacing(with: -23, where: isSmall), 1)
  var result = reducedLogOnePlus(f, n)
  result.replace(with: -.infinity, where: x .== 0)
  result.replace(with: .nan, where: x .< 0)
  // ∞ and NaN are what they were.
  return result.replacing(with: x, where: x .== .infinity).replacing(with: x, where: x.isNaN)
}

/// log(1 + z) for -1 < z < 2¹²⁶, within 2 ulp, to the last digits of small z.
@inline(__always)
func logOnePlus(_ z: Lanes) -> Lanes {
  // The exponent may be that of a rounded sum, f must not: z·2⁻ⁿ + (2⁻ⁿ - 1) is rounded once.
  let exponent = exponentBits(z + 1)
  let scale = Lanes(bits: Lanes(repeating: 1).bits &- exponent)
  return reducedLogOnePlus((scale - 1).adding(z, scale), wholeNumber(exponent))
}

/// n, at its place among the bits of a float, so that x·2⁻ⁿ lies in 2/3 ..< 4/3.
@inline(__always)
private func exponentBits(_ x: Lanes) -> LaneBits {
  (x.bits &- Lanes(repeating: 0x1.555556p-1).bits) & Int32(bitPattern: 0xFF80_0000)
}

/// n as a float, by adding it to the lowest bits of a large one.
@inline(__always)
private func wholeNumber(_ exponent: LaneBits) -> Lanes {
  let magic: Float = 0x1.8p+23
  return Lanes(bits: (exponent &>> 23) &+ Int32(bitPattern: magic.bitPattern)) - magic
}

/// n·ln 2 + log(1 + f), where log(1 + f) is f + f²·p(f) within 2⁻²⁵ of its size before rounding.
@inline(__always)
private func reducedLogOnePlus(_ f: Lanes, _ n: Lanes) -> Lanes {
  let upper = polynomial(f, -0x1.557e26p-3, 0x1.1e8636p-3, -0x1.f6bdc4p-4, 0x1.1fb7cep-3, -0x1.fec6ecp-4)
  let p = polynomial(f, -0.5, 0x1.5554fap-2, -0x1.ffff94p-3, 0x1.99d58ap-3, upper)
  return f.adding(f * f, p).adding(n, 0x1.62e43p-1)
}

/// y = log(x), element by element; y may be x.
public func logarithm(_ x: FloatBuffer, into y: MutableFloatBuffer) { map(x, into: y, log) }

/// y = log(1 + x), element by element, for -1 < x < 2¹²⁶; y may be x.
public func logarithmOfOnePlus(_ x: FloatBuffer, into y: MutableFloatBuffer) { map(x, into: y, logOnePlus) }
