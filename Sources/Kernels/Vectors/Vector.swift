/// Neighbouring floats that are worked on at once, of which a dozen fit into the registers: eight for AVX2 and NEON, sixteen for
/// AVX-512. Each element has the bits that it would have alone, so that none depends on which it is.
#if WIDE_VECTORS
  typealias Vector = Lanes
#else
  typealias Vector = Octet
#endif

@inline(__always)
func vector(_ source: UnsafePointer<Float>) -> Vector { UnsafeRawPointer(source).loadUnaligned(as: Vector.self) }

/// Loads up to a vector's floats; lanes beyond `count` are 0.
@inline(__always)
func vector(_ source: UnsafePointer<Float>, _ count: Int) -> Vector {
  #if WIDE_VECTORS
    load(source, count)
  #else
    octet(source, count)
  #endif
}

/// Calls `body` with the first channel and the width of every vector of channels, and with how many of its channels were those
/// of the vector before: the last one overlaps it where the channels are no multiple of a vector. Fewer are one narrower vector.
@inline(__always)
func forEachVector(of channels: Int, _ body: (_ first: Int, _ width: Int, _ repeated: Int) -> Void) {
  guard channels >= Vector.scalarCount else { return body(0, channels, 0) }
  var next = 0
  while next < channels {
    let first = min(next, channels &- Vector.scalarCount)
    body(first, Vector.scalarCount, next &- first)
    next &+= Vector.scalarCount
  }
}

extension Octet {
  /// max(·, 0); a NaN stays one.
  @inline(__always)
  var rectified: Octet { replacing(with: 0, where: self .< 0) }
}

extension Lanes {
  /// max(·, 0); a NaN stays one.
  @inline(__always)
  var rectified: Lanes { Kernels.rectified(self) }
}
