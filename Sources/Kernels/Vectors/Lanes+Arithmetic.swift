internal import CVectors

/// The operators of `Lanes`, which Swift prefers to its own of any vector: those are loops over the elements (see CVectors).
extension Lanes {
  @inline(__always)
  static func + (a: Lanes, b: Lanes) -> Lanes { cnn_lanes_add(a, b) }

  @inline(__always)
  static func - (a: Lanes, b: Lanes) -> Lanes { cnn_lanes_subtract(a, b) }

  @inline(__always)
  static func * (a: Lanes, b: Lanes) -> Lanes { cnn_lanes_multiply(a, b) }

  @inline(__always)
  static func / (a: Lanes, b: Lanes) -> Lanes { cnn_lanes_divide(a, b) }

  @inline(__always)
  static func + (a: Lanes, b: Float) -> Lanes { cnn_lanes_add(a, Lanes(repeating: b)) }

  @inline(__always)
  static func - (a: Lanes, b: Float) -> Lanes { cnn_lanes_subtract(a, Lanes(repeating: b)) }

  @inline(__always)
  static func - (a: Float, b: Lanes) -> Lanes { cnn_lanes_subtract(Lanes(repeating: a), b) }

  @inline(__always)
  static func * (a: Lanes, b: Float) -> Lanes { cnn_lanes_multiply(a, Lanes(repeating: b)) }

  @inline(__always)
  static func / (a: Lanes, b: Float) -> Lanes { cnn_lanes_divide(a, Lanes(repeating: b)) }

  @inline(__always)
  static func / (a: Float, b: Lanes) -> Lanes { cnn_lanes_divide(Lanes(repeating: a), b) }

  @inline(__always)
  static func += (a: inout Lanes, b: Lanes) { a = a + b }

  @inline(__always)
  static prefix func - (a: Lanes) -> Lanes { cnn_lanes_negate(a) }

  /// `self + a · b`, rounded once.
  @inline(__always)
  func adding(_ a: Lanes, _ b: Lanes) -> Lanes { cnn_lanes_multiply_add(a, b, self) }

  /// `self + a · factor`, rounded once.
  @inline(__always)
  func adding(_ a: Lanes, _ factor: Float) -> Lanes { cnn_lanes_multiply_add(a, Lanes(repeating: factor), self) }

  /// `self - a · factor`, rounded once.
  @inline(__always)
  func subtracting(_ a: Lanes, _ factor: Float) -> Lanes {
    cnn_lanes_multiply_subtract(a, Lanes(repeating: factor), self)
  }

  /// The sum of all lanes, in halves: lanes 0 to 7 plus lanes 8 to 15, and so on.
  @inline(__always)
  var sum: Float { cnn_lanes_sum(self) }

  /// √self.
  @inline(__always)
  var root: Lanes { cnn_lanes_root(self) }

  /// |self|.
  @inline(__always)
  var magnitude: Lanes { cnn_lanes_magnitude(self) }

  /// |self| with the signs of `other`.
  @inline(__always)
  func signed(as other: Lanes) -> Lanes { cnn_lanes_signed(self, other) }
}

extension Lanes {
  /// Where a comparison of lanes holds.
  typealias Mask = SIMDMask<SIMD16<Int32>>

  @inline(__always)
  static func .< (a: Lanes, b: Lanes) -> Mask { Mask(bits: cnn_lanes_less(a, b)) }

  @inline(__always)
  static func .<= (a: Lanes, b: Lanes) -> Mask { Mask(bits: cnn_lanes_less_or_equal(a, b)) }

  @inline(__always)
  static func .== (a: Lanes, b: Lanes) -> Mask { Mask(bits: cnn_lanes_equal(a, b)) }

  @inline(__always)
  static func .< (a: Lanes, b: Float) -> Mask { a .< Lanes(repeating: b) }

  @inline(__always)
  static func .<= (a: Lanes, b: Float) -> Mask { a .<= Lanes(repeating: b) }

  @inline(__always)
  static func .> (a: Lanes, b: Float) -> Mask { Lanes(repeating: b) .< a }

  @inline(__always)
  static func .>= (a: Lanes, b: Float) -> Mask { Lanes(repeating: b) .<= a }

  @inline(__always)
  static func .== (a: Lanes, b: Float) -> Mask { a .== Lanes(repeating: b) }

  /// Which lanes are NaN.
  @inline(__always)
  var isNaN: Mask { Mask(bits: cnn_lanes_differ(self, self)) }

  /// Which lanes have the sign bit: what is below 0, and -0.
  @inline(__always)
  var hasSign: Mask { Mask(bits: cnn_lanes_has_sign(self)) }

  @inline(__always)
  func replacing(with other: Lanes, where mask: Mask) -> Lanes { cnn_lanes_choose(mask.bits, other, self) }

  @inline(__always)
  func replacing(with other: Float, where mask: Mask) -> Lanes {
    cnn_lanes_choose(mask.bits, Lanes(repeating: other), self)
  }

  @inline(__always)
  mutating func replace(with other: Lanes, where mask: Mask) { self = replacing(with: other, where: mask) }

  @inline(__always)
  mutating func replace(with other: Float, where mask: Mask) { self = replacing(with: other, where: mask) }

  /// The larger of both; `self` where `other` is NaN.
  @inline(__always)
  func atLeast(_ other: Lanes) -> Lanes { replacing(with: other, where: self .< other) }

  /// NaN where `other` is.
  @inline(__always)
  func marked(by other: Lanes) -> Lanes { replacing(with: other, where: other.isNaN) }

  /// What is below `limit` becomes it; a NaN stays one.
  @inline(__always)
  func atLeast(_ limit: Float) -> Lanes { replacing(with: limit, where: self .< limit) }

  /// What is above `limit` becomes it; a NaN stays one.
  @inline(__always)
  func atMost(_ limit: Float) -> Lanes { replacing(with: limit, where: self .> limit) }
}

extension Lanes.Mask {
  @inline(__always)
  fileprivate init(bits: SIMD16<Int32>) { self = unsafeBitCast(bits, to: Self.self) }

  @inline(__always)
  fileprivate var bits: SIMD16<Int32> { unsafeBitCast(self, to: SIMD16<Int32>.self) }
}

/// The bit patterns of `Lanes`.
typealias LaneBits = SIMD16<Int32>

extension Lanes {
  /// The bit patterns.
  @inline(__always)
  var bits: LaneBits { unsafeBitCast(self, to: LaneBits.self) }

  /// The floats of bit patterns.
  @inline(__always)
  init(bits: LaneBits) { self = unsafeBitCast(bits, to: Lanes.self) }
}

extension LaneBits {
  @inline(__always)
  static func &+ (a: LaneBits, b: Int32) -> LaneBits { cnn_bits_add(a, LaneBits(repeating: b)) }

  @inline(__always)
  static func &- (a: LaneBits, b: LaneBits) -> LaneBits { cnn_bits_subtract(a, b) }

  @inline(__always)
  static func & (a: LaneBits, b: Int32) -> LaneBits { cnn_bits_and(a, LaneBits(repeating: b)) }

  @inline(__always)
  static func &<< (a: LaneBits, places: Int32) -> LaneBits { cnn_bits_shift_left(a, LaneBits(repeating: places)) }

  @inline(__always)
  static func &>> (a: LaneBits, places: Int32) -> LaneBits { cnn_bits_shift_right(a, LaneBits(repeating: places)) }
}

/// The polynomial c₀ + c₁·x + c₂·x² + …, by Horner's rule, each step rounded once; the last coefficient may be another one.
@inline(__always)
func polynomial(_ x: Lanes, _ c0: Float, _ c1: Float, _ c2: Float, _ c3: Float, _ c4: Lanes) -> Lanes {
  let sum = Lanes(repeating: c2).adding(x, Lanes(repeating: c3).adding(x, c4))
  return Lanes(repeating: c0).adding(x, Lanes(repeating: c1).adding(x, sum))
}

@inline(__always)
func polynomial(_ x: Lanes, _ c0: Float, _ c1: Float, _ c2: Float, _ c3: Float, _ c4: Float) -> Lanes {
  polynomial(x, c0, c1, c2, c3, Lanes(repeating: c4))
}
