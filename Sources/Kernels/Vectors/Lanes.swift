/// Sixteen neighbouring floats, the unit of the loops over channels: one AVX-512 register, two of AVX2, four of NEON.
typealias Lanes = SIMD16<Float>

/// Loads up to sixteen floats; lanes beyond `count` are 0.
@inline(__always)
func load(_ source: UnsafePointer<Float>, _ count: Int) -> Lanes {
  if count >= Lanes.scalarCount { return UnsafeRawPointer(source).loadUnaligned(as: Lanes.self) }
  var lanes = Lanes()
  for i in 0..<count { lanes[i] = source[i] }
  return lanes
}

/// Stores the first `count` lanes, or all sixteen.
@inline(__always)
func store(_ lanes: Lanes, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  if count >= Lanes.scalarCount { return UnsafeMutableRawPointer(target).storeBytes(of: lanes, as: Lanes.self) }
  for i in 0..<count { target[i] = lanes[i] }
}
