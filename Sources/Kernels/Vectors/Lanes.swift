internal import CVectors

/// Sixteen neighbouring floats, the unit of the loops over channels: one AVX-512 register, two of AVX2, four of NEON.
typealias Lanes = SIMD16<Float>

/// Loads up to sixteen floats; lanes beyond `count` are 0.
@inline(__always)
func load(_ source: UnsafePointer<Float>, _ count: Int) -> Lanes {
  if count >= Lanes.scalarCount { return UnsafeRawPointer(source).loadUnaligned(as: Lanes.self) }
  let half = Octet.scalarCount
  return Lanes(lowHalf: octet(source, max(count, 0)), highHalf: octet(source + half, max(count &- half, 0)))
}

/// Stores the first `count` lanes, or all sixteen.
@inline(__always)
func store(_ lanes: Lanes, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  if count >= Lanes.scalarCount { return UnsafeMutableRawPointer(target).storeBytes(of: lanes, as: Lanes.self) }
  let half = Octet.scalarCount
  store(lanes.lowHalf, target, max(count, 0))
  store(lanes.highHalf, target + half, max(count &- half, 0))
}

@inline(__always)
func store(_ lanes: Lanes, _ target: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(target).storeBytes(of: lanes, as: Lanes.self)
}

/// Loads up to sixteen floats that lie `stride` floats apart; lanes beyond `count` are 0.
@inline(__always)
func gather(_ source: UnsafePointer<Float>, stride: Int, _ count: Int) -> Lanes {
  count >= Lanes.scalarCount ? cnn_lanes_gather(source, stride) : gatherFew(source, stride, count)
}

/// Stores the first `count` lanes, or all sixteen, `stride` floats apart.
@inline(__always)
func scatter(_ lanes: Lanes, _ target: UnsafeMutablePointer<Float>, stride: Int, _ count: Int) {
  if count >= Lanes.scalarCount { return cnn_lanes_scatter(lanes, target, stride) }
  scatterFew(lanes, target, stride, count)
}

@inline(never)
private func gatherFew(_ source: UnsafePointer<Float>, _ stride: Int, _ count: Int) -> Lanes {
  var lanes = Lanes()
  for i in 0..<count { lanes[i] = source[i &* stride] }
  return lanes
}

@inline(never)
private func scatterFew(_ lanes: Lanes, _ target: UnsafeMutablePointer<Float>, _ stride: Int, _ count: Int) {
  for i in 0..<count { target[i &* stride] = lanes[i] }
}
