internal import CCrypto

/// A running message digest, computed by libcrypto.
public struct Digest: ~Copyable {
  /// Which function.
  public enum Algorithm: Sendable {
    /// 128 bits, only to compare with published sums.
    case md5
    /// 256 bits, for everything of our own.
    case sha256
  }

  private let context: OpaquePointer?

  /// Starts a digest of nothing.
  public init(_ algorithm: Algorithm) {
    context = EVP_MD_CTX_new()
    let function = algorithm == .md5 ? EVP_md5() : EVP_sha256()
    precondition(context != nil && EVP_DigestInit_ex(context, function, nil) == 1, "libcrypto cannot start a digest")
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes in the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto cannot digest")
  }

  /// The digest of all bytes so far, in lower-case hexadecimal; nothing can be added after it.
  public consuming func finish() -> String {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    precondition(EVP_DigestFinal_ex(context, &bytes, &count) == 1, "libcrypto cannot finish a digest")
    let digits = Array("0123456789abcdef")
    return String(bytes[..<Int(count)].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// The digest of `bytes` alone.
  public static func of(_ bytes: UnsafeRawBufferPointer, _ algorithm: Algorithm = .sha256) -> String {
    var digest = Digest(algorithm)
    digest.update(bytes)
    return digest.finish()
  }
}
