// Functions of straight, or almost straight, pieces, each with its gradient behind it. Those of a gradient that look at no
// more than the piece let a NaN show by `marked(by:)`.

@inline(__always)
func linear(_ x: Lanes) -> Lanes { x }

@inline(__always)
func linearGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy }

/// max(x, 0).
@inline(__always)
func rectified(_ x: Lanes) -> Lanes { x.atLeast(0) }

@inline(__always)
func rectifiedGradient(_ y: Lanes, _ dy: Lanes) -> Lanes {
  dy.replacing(with: 0, where: y .<= 0).marked(by: y)
}

private let leakySlope: Float = 0.2

/// x, or x/5 below 0.
@inline(__always)
func leaky(_ x: Lanes) -> Lanes { x.replacing(with: x * leakySlope, where: x .< 0) }

@inline(__always)
func leakyGradient(_ y: Lanes, _ dy: Lanes) -> Lanes {
  dy.replacing(with: dy * leakySlope, where: y .<= 0).marked(by: y)
}

/// min(max(x, 0), 6).
@inline(__always)
func rectifiedUpToSix(_ x: Lanes) -> Lanes { x.atLeast(0).atMost(6) }

@inline(__always)
func rectifiedUpToSixGradient(_ y: Lanes, _ dy: Lanes) -> Lanes {
  dy.replacing(with: 0, where: y .<= 0).replacing(with: 0, where: y .>= 6).marked(by: y)
}

/// min(max(x, -1), 1).
@inline(__always)
func clipped(_ x: Lanes) -> Lanes { x.atLeast(-1).atMost(1) }

@inline(__always)
func clippedGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy * inside(y, -1, 1, slope: 1) }

/// min(max(x + 3, 0), 6) / 6.
@inline(__always)
func ramp(_ x: Lanes) -> Lanes { (x.atLeast(-3).atMost(3) + 3) / 6 }

@inline(__always)
func rampGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy * inside(y, 0, 1, slope: 1 / 6) }

/// x·min(max(x + 3, 0), 6) / 6. Below -3 x is taken for -3, since ∞·0 would be no number.
@inline(__always)
func weightedRamp(_ x: Lanes) -> Lanes { x.atLeast(-3) * ramp(x) }

@inline(__always)
func weightedRampGradient(_ x: Lanes, _ dy: Lanes) -> Lanes {
  let slope = (x * 2 + 3) / 6
  return dy * slope.replacing(with: 0, where: x .<= -3).replacing(with: 1, where: x .>= 3)
}

/// min(max((x + 1) / 2, 0), 1).
@inline(__always)
func sparseSigmoid(_ x: Lanes) -> Lanes { (x.atLeast(-1).atMost(1) + 1) * 0.5 }

@inline(__always)
func sparseSigmoidGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy * inside(y, 0, 1, slope: 0.5) }

/// 0 up to -1, (x + 1)² / 4 up to 1, then x.
@inline(__always)
func sparsePlus(_ x: Lanes) -> Lanes {
  let sum = x.atLeast(-1) + 1
  return (sum * 0.25 * sum).replacing(with: x, where: x .>= 1)
}

/// Between the corners the slope (x + 1) / 2 is √y.
@inline(__always)
func sparsePlusGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy * y.atMost(1).root }

/// x off by ½ towards 0, and 0 within.
@inline(__always)
func softShrink(_ x: Lanes) -> Lanes {
  let outside = (x - 0.5).replacing(with: x + 0.5, where: x .< 0)
  return outside.replacing(with: 0, where: x.magnitude .<= 0.5)
}

/// x where |x| > ½, else 0.
@inline(__always)
func hardShrink(_ x: Lanes) -> Lanes { x.replacing(with: 0, where: x.magnitude .<= 0.5) }

/// Of both.
@inline(__always)
func shrinkGradient(_ y: Lanes, _ dy: Lanes) -> Lanes {
  dy * Lanes(repeating: 1).replacing(with: 0, where: y .== 0).marked(by: y)
}

/// `slope` where low < y < high, else 0.
@inline(__always)
private func inside(_ y: Lanes, _ low: Float, _ high: Float, slope: Float) -> Lanes {
  Lanes(repeating: slope).replacing(with: 0, where: y .<= low).replacing(with: 0, where: y .>= high).marked(by: y)
}

/// x / (1 + |x|); of ±∞ it is ±1.
@inline(__always)
func softsign(_ x: Lanes) -> Lanes {
  let limited = x.atLeast(-.greatestFiniteMagnitude).atMost(.greatestFiniteMagnitude)
  return limited / (limited.magnitude + 1)
}

@inline(__always)
func softsignGradient(_ y: Lanes, _ dy: Lanes) -> Lanes {
  let rest = 1 - y.magnitude
  return dy * (rest * rest)
}

/// (x + √(x² + 4)) / 2 = b + √(b² + 1) with b = |x|/2 above 0, and 1 over that below.
@inline(__always)
func squareplus(_ x: Lanes) -> Lanes {
  let half = x.magnitude * 0.5
  // Far out the 1 is lost, and the square might overflow.
  let limited = half.atMost(1e10)
  let root = Lanes(repeating: 1).adding(limited, limited).root.replacing(with: half, where: half .> 1e10)
  let upper = half + root
  return upper.replacing(with: 1 / upper, where: x .< 0)
}

/// dy·y² / (y² + 1), since x = y - 1/y.
@inline(__always)
func squareplusGradient(_ y: Lanes, _ dy: Lanes) -> Lanes {
  let limited = y.atMost(1e10)
  let square = limited * limited
  return dy * (square / (square + 1))
}
