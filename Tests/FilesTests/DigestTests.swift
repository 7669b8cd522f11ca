import Files
import Testing

@Suite struct DigestTests {
  /// From RFC 1321 (MD5), FIPS 180-4's examples (SHA-256) and `xxhsum -H2` (XXH3).
  @Test(arguments: [
    ("", Digest.Algorithm.md5, "d41d8cd98f00b204e9800998ecf8427e"),
    ("abc", .md5, "900150983cd24fb0d6963f7d28e17f72"),
    ("", .sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("", .xxh3, "99aa06d3014798d86001c324468d497f"), ("abc", .xxh3, "06b05ab6733a618578af5f94892f3950"),
    ("abc", .sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func knownAnswers(text: String, algorithm: Digest.Algorithm, expected: String) {
    #expect(Array(text.utf8).withUnsafeBytes { Digest.of($0, algorithm) } == expected)
  }

  @Test(arguments: [Digest.Algorithm.sha256, .xxh3])
  func partsMakeTheWhole(_ algorithm: Digest.Algorithm) {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    var digest = Digest(algorithm)
    bytes[..<333].withUnsafeBytes { digest.update($0) }
    bytes[333...].withUnsafeBytes { digest.update($0) }
    let whole = bytes.withUnsafeBytes { Digest.of($0, algorithm) }
    #expect(digest.finish() == whole)
  }
}

@Suite struct FingerprintTests {
  @Test func onlyTheSameBytesHaveTheSame() {
    func fingerprint(_ numbers: [Float]) -> Fingerprint { numbers.withUnsafeBytes { Fingerprint(of: $0) } }
    #expect(fingerprint([1, 2, 3]) == fingerprint([1, 2, 3]))
    #expect(Set((0..<10_000).map { fingerprint([Float($0), 0]) }).count == 10_000)
    #expect(fingerprint([0]) != fingerprint([]) && fingerprint([]) == fingerprint([]))
  }
}
