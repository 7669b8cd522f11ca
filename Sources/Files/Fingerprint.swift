internal import CXXHash

/// XXH3 of 128 bits (Collet, https://xxhash.com) in 16 bytes, to tell many things from one another: where it is the same, they
/// are, but for a chance of 2^-89 among a million.
public struct Fingerprint: Hashable, Sendable, BitwiseCopyable {
  // The digests of data sets in files are taken over these, in this order.
  private let high: UInt64
  private let low: UInt64

  /// The fingerprint of `bytes`.
  public init(of bytes: UnsafeRawBufferPointer) {
    let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
    (high, low) = (hash.high64, hash.low64)
  }
}
