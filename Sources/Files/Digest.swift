internal import CCrypto
internal import CXXHash

/// A running digest, computed by libcrypto or libxxhash.
public struct Digest: ~Copyable {
  /// Which function.
  public enum Algorithm: String, Sendable, CustomStringConvertible {
    /// 128 bits, only to compare with published sums.
    case md5 = "MD5"
    /// 256 bits, for what is small, or published.
    case sha256 = "SHA-256"
    /// XXH3 of 128 bits (Collet, https://xxhash.com): as fast as memory is read, so that data sets are digested whole each
    /// time. It guards against chance, not against somebody who means harm.
    case xxh3 = "XXH3"

    /// Its name among people.
    public var description: String { rawValue }
  }

  private let algorithm: Algorithm
  /// libcrypto's, or libxxhash's for XXH3.
  private let context: OpaquePointer?

  /// Starts a digest of nothing.
  public init(_ algorithm: Algorithm) {
    self.algorithm = algorithm
    let isStarted: Bool
    if algorithm == .xxh3 {
      context = XXH3_createState()
      isStarted = context != nil && XXH3_128bits_reset(context) == XXH_OK
    } else {
      context = EVP_MD_CTX_new()
      let function = algorithm == .md5 ? EVP_md5() : EVP_sha256()
      isStarted = context != nil && EVP_DigestInit_ex(context, function, nil) == 1
    }
    precondition(isStarted, "a digest cannot be started")
  }

  deinit {
    if algorithm == .xxh3 { XXH3_freeState(context) } else { EVP_MD_CTX_free(context) }
  }

  /// Takes in the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let isTaken =
      algorithm == .xxh3
      ? XXH3_128bits_update(context, bytes.baseAddress, bytes.count) == XXH_OK
      : EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
    precondition(isTaken || bytes.isEmpty, "bytes cannot be digested")
  }

  /// Takes in the UTF-8 bytes of `text`.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// Takes in the bytes of a number, in the machine's own order.
  public mutating func update<Number: BitwiseCopyable>(number: Number) {
    withUnsafeBytes(of: number) { update($0) }
  }

  /// The digest of all bytes so far, in lower-case hexadecimal; nothing can be added after it.
  public consuming func finish() -> String {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    if algorithm == .xxh3 {
      var canonical = XXH128_canonical_t()
      XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(context))
      count = UInt32(MemoryLayout<XXH128_canonical_t>.size)
      withUnsafeBytes(of: canonical) { bytes.replaceSubrange(..<Int(count), with: $0) }
    } else {
      precondition(EVP_DigestFinal_ex(context, &bytes, &count) == 1, "libcrypto cannot finish a digest")
    }
    let digits = Array("0123456789abcdef")
    return String(bytes[..<Int(count)].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// Whether two digests are the same, in a time that says nothing of where they differ: for those of secrets.
  package static func areEqual(_ one: String, _ other: String) -> Bool {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    return one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
  }

  /// The digest of `bytes` alone.
  public static func of(_ bytes: UnsafeRawBufferPointer, _ algorithm: Algorithm = .sha256) -> String {
    var digest = Digest(algorithm)
    digest.update(bytes)
    return digest.finish()
  }
}
