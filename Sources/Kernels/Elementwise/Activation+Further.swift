import Glibc

/// The functions that are less often met, one element at a time.
extension Activation {
  /// y of x.
  @inline(__always)
  func further(_ x: Float) -> Float {
    switch self {
    case .relu6: x < 0 ? 0 : x > 6 ? 6 : x
    case .elu, .celu: x > 0 ? x : expm1f(x)
    case .selu: Self.seluScale * (x > 0 ? x : Self.seluSlope * expm1f(x))
    case .softplus: Self.softplus(x)
    case .softsign: x / (1 + abs(x))
    case .exponential: expf(x)
    case .hardSigmoid: Self.ramp(x)
    case .hardSiLU: x * Self.ramp(x)
    case .hardTanh: x < -1 ? -1 : x > 1 ? 1 : x
    case .mish: x * tanhf(Self.softplus(x))
    case .geluTanh: 0.5 * x * (1 + tanhf(Self.geluArgument(x)))
    case .logSigmoid: -Self.softplus(-x)
    case .tanhShrink: x - tanhf(x)
    case .softShrink: x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : x.isNaN ? x : 0
    case .hardShrink: abs(x) <= 0.5 ? 0 : x
    case .squareplus: x > 0 ? 0.5 * (x + Self.root(x)) : 2 / (Self.root(x) - x)
    case .sparsePlus: x <= -1 ? 0 : x < 1 ? 0.25 * (x + 1) * (x + 1) : x
    case .sparseSigmoid: x <= -1 ? 0 : x >= 1 ? 1 : 0.5 * (x + 1)
    default: x
    }
  }

  /// dy/dx, from x where `readsInput`, else from y.
  @inline(__always)
  func slope(_ value: Float) -> Float {
    switch self {
    case .relu6: value > 0 && value < 6 ? 1 : 0
    case .elu, .celu: value > 0 ? 1 : value + 1
    case .selu: value > 0 ? Self.seluScale : value + Self.seluScale * Self.seluSlope
    case .softplus: -expm1f(-value)
    case .softsign: (1 - abs(value)) * (1 - abs(value))
    case .exponential: value
    case .hardSigmoid: value > 0 && value < 1 ? 1 / 6 : 0
    case .hardSiLU: value <= -3 ? 0 : value >= 3 ? 1 : (2 * value + 3) / 6
    case .hardTanh: value > -1 && value < 1 ? 1 : 0
    case .mish: Self.mishSlope(value)
    case .geluTanh: Self.geluSlope(value)
    case .logSigmoid: -expm1f(value)
    case .tanhShrink: tanhf(value) * tanhf(value)
    case .softShrink, .hardShrink: value == 0 ? 0 : 1
    case .squareplus: Self.squareplusSlope(value)
    case .sparsePlus: value >= 1 ? 1 : value.squareRoot()
    case .sparseSigmoid: value > 0 && value < 1 ? 0.5 : 0
    default: 1
    }
  }

  private static let seluScale: Float = 1.050_700_987
  private static let seluSlope: Float = 1.673_263_242

  /// log(1 + exp(x)), which overflows nowhere.
  @inline(__always)
  private static func softplus(_ x: Float) -> Float { (x > 0 ? x : x.isNaN ? x : 0) + log1pf(expf(-abs(x))) }

  /// min(max(x + 3, 0), 6) / 6.
  @inline(__always)
  private static func ramp(_ x: Float) -> Float { x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) / 6 }

  /// √(x² + 4); beyond 10¹⁰ the 4 is lost, and x² might overflow.
  @inline(__always)
  private static func root(_ x: Float) -> Float { abs(x) > 1e10 ? abs(x) : (x * x + 4).squareRoot() }

  /// y² / (y² + 1), since x = y - 1/y.
  @inline(__always)
  private static func squareplusSlope(_ y: Float) -> Float { y > 1e10 ? 1 : y * y / (y * y + 1) }

  @inline(__always)
  private static func geluArgument(_ x: Float) -> Float { 0.797_884_56 * (x + 0.044_715 * x * x * x) }

  /// With t = tanh(u): (1 + t)/2 + x/2·(1 - t²)·u'. Beyond 10 it is 0 or 1, and x³ might overflow.
  @inline(__always)
  private static func geluSlope(_ x: Float) -> Float {
    if abs(x) > 10 { return x > 0 ? 1 : 0 }
    let t = tanhf(geluArgument(x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * 0.797_884_56 * (1 + 3 * 0.044_715 * x * x)
  }

  /// With t = tanh(log(1 + exp(x))): t + x·(1 - t²)·σ(x).
  @inline(__always)
  private static func mishSlope(_ x: Float) -> Float {
    let t = tanhf(softplus(x))
    return t + x * (1 - t * t) / (1 + expf(-x))
  }
}
