internal import CVectors

/// Eight neighbouring floats. Six of them fit into AVX2's registers with room to work; of `Lanes` they would not.
typealias Octet = SIMD8<Float>

extension Octet {
  /// `self + a · factor`, rounded once.
  @inline(__always)
  func adding(_ a: Octet, _ factor: Float) -> Octet { cnn_multiply_add(a, Octet(repeating: factor), self) }

  /// `self + a · b`, lane by lane, each rounded once.
  @inline(__always)
  func adding(_ a: Octet, _ b: Octet) -> Octet { cnn_multiply_add(a, b, self) }

  /// `self - a · factor`, rounded once.
  @inline(__always)
  func subtracting(_ a: Octet, _ factor: Float) -> Octet { cnn_multiply_subtract(a, Octet(repeating: factor), self) }
}

/// Calls `body` with the start of every octet of channels, of which there are at least eight. The last one overlaps the one
/// before where the channels are no multiple of eight, and the floats in both are worked out twice.
@inline(__always)
func forEachOctet(_ channels: Int, _ body: (Int) -> Void) {
  var c = 0
  while c < channels {
    body(min(c, channels &- Octet.scalarCount))
    c &+= Octet.scalarCount
  }
}

/// Calls `body` with the start of every octet of channels, of which there may be any number, and with how many channels are
/// left there: where these are fewer than eight, the octet is not whole.
@inline(__always)
func forEachOctet(upTo channels: Int, _ body: (_ start: Int, _ rest: Int) -> Void) {
  var c = 0
  while c < channels {
    body(c, channels &- c)
    c &+= Octet.scalarCount
  }
}

/// Loads up to eight floats; lanes beyond `count` are 0.
@inline(__always)
func octet(_ source: UnsafePointer<Float>, _ count: Int) -> Octet {
  if count >= Octet.scalarCount { return octet(source) }
  var lanes = Octet()
  for i in 0..<count { lanes[i] = source[i] }
  return lanes
}

/// Stores the first `count` lanes, or all eight.
@inline(__always)
func store(_ values: Octet, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  if count >= Octet.scalarCount { return store(values, target) }
  for i in 0..<count { target[i] = values[i] }
}

@inline(__always)
func octet(_ source: UnsafePointer<Float>) -> Octet { UnsafeRawPointer(source).loadUnaligned(as: Octet.self) }

@inline(__always)
func store(_ values: Octet, _ target: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(target).storeBytes(of: values, as: Octet.self)
}
