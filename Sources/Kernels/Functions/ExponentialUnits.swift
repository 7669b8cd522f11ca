import Tensors

// What is straight above 0 and exponential below, and the exponential itself, each with its gradient behind it.

/// x where x > 0, else exp(x) - 1.
@inline(__always)
func exponentialLinear(_ x: Lanes) -> Lanes { expMinusOne(x.atMost(0)).replacing(with: x, where: x .> 0) }

@inline(__always)
func exponentialLinearGradient(_ y: Lanes, _ dy: Lanes) -> Lanes {
  dy * (y + 1).replacing(with: 1, where: y .> 0)
}

private let scale: Float = 1.050_700_987
private let depth: Float = 1.673_263_242

/// λ·x where x > 0, else λ·α·(exp(x) - 1).
@inline(__always)
func scaledExponentialLinear(_ x: Lanes) -> Lanes {
  (expMinusOne(x.atMost(0)) * depth).replacing(with: x, where: x .> 0) * scale
}

@inline(__always)
func scaledExponentialLinearGradient(_ y: Lanes, _ dy: Lanes) -> Lanes {
  dy * (y + scale * depth).replacing(with: scale, where: y .> 0)
}

/// The gradient of exp(x).
@inline(__always)
func exponentialGradient(_ y: Lanes, _ dy: Lanes) -> Lanes { dy * y }

/// y = x where x > 0, else α·(exp(x) - 1); y may be x.
public func exponentialLinear(_ x: FloatBuffer, into y: MutableFloatBuffer, alpha: Float) {
  @inline(__always)
  func unit(_ x: Lanes) -> Lanes { (expMinusOne(x.atMost(0)) * alpha).replacing(with: x, where: x .> 0) }
  map(x, into: y, unit)
}

/// Its gradient: dx = dy where x > 0, else dy·α·exp(x); dx may be dy.
public func exponentialLinearGradient(x: FloatBuffer, dy: FloatBuffer, dx: MutableFloatBuffer, alpha: Float) {
  @inline(__always)
  func gradient(_ x: Lanes, _ dy: Lanes) -> Lanes {
    (dy * alpha * decay(-x.atMost(0))).replacing(with: dy, where: x .> 0)
  }
  map(x, dy, into: dx, gradient)
}
