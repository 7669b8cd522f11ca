internal import CXXHash

/// XXH3 of 128 bits (Collet, https://xxhash.com) in 16 bytes, to tell many things from one another: where it is the same, they
/// are, but for a chance of 2^-89 among a million.
public struct Fingerprint: Hashable, Sendable {
  private let low: UInt64
  private let high: UInt64

  /// The fingerprint of `bytes`.
  public init(of bytes: UnsafeRawBufferPointer) {
    let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
    (low, high) = (hash.low64, hash.high64)
  }
}
