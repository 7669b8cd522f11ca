internal import CMicroHTTPD
import Files
import Glibc

/// What clients have to show. Its digest alone is kept, so that nothing can print it.
package struct AccessToken: Sendable {
  private let digest: String

  /// Fewer characters could be guessed.
  private static let fewest = 16
  /// More is nothing that a client sends in a header.
  private static let most = 4096

  /// Reads the first line of a file that its owner alone can read, or of a pipe.
  ///
  /// - Throws: `FileError`, where it cannot be read, others can read it, or its first line is no token: at least 16 characters of
  ///   ASCII without a space among them. None has a word of the token.
  package init(contentsOf path: String) throws(FileError) {
    let file: OpenFile
    do {
      file = try OpenFile(path, O_RDONLY)
    } catch {
      throw FileError(error.kind, path, "the token \(error.message)")
    }
    let status = try file.status()
    guard let text = SystemFile.text(of: file.descriptor, limit: Self.most + 1) else {
      throw .system(path, "the token cannot be read")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw FileError(
        .malformed, path,
        "holds a token, and others than its owner have a right to it (mode \(String(status.st_mode & 0o777, radix: 8))): take it "
          + "from them with `chmod 600`")
    }
    let line = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).first ?? ""
    let words = line.split(whereSeparator: \.isWhitespace)
    guard let token = words.first else {
      throw FileError(.malformed, path, "its first line is empty, \(Self.expectation)")
    }
    // What a client may send as Bearer, and what is the same in every character set as the password of Basic.
    guard words.count == 1, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw FileError(.malformed, path, "its first line has other characters than a token's, \(Self.expectation)")
    }
    guard (Self.fewest...Self.most).contains(token.utf8.count) else {
      throw FileError(.malformed, path, "its first line has \(token.utf8.count) characters, \(Self.expectation)")
    }
    digest = Self.digest(String(token))
  }

  private static let expectation =
    "expected a token of \(fewest) to \(most) characters of ASCII without spaces, as `openssl rand -hex 32` makes one"

  private static func digest(_ text: String) -> String {
    var digest = Digest(.sha256)
    digest.update(text)
    return digest.finish()
  }

  // MARK: - Whoever asks

  /// What a 401 says that a client may show, a header each: some browsers read the first scheme of a header only.
  static let challenges = [#"Basic realm="cnn-dist", charset="UTF-8""#, #"Bearer realm="cnn-dist""#]

  /// What a client hears that does not show it.
  static let refusal = HTTPResponse.refusal(
    401, "this needs the token: in the header `Authorization: Bearer TOKEN`, or as the password of any user")

  /// Whether a request shows it: as a bearer's (RFC 6750), or as the password of any user (RFC 7617). How long that takes says
  /// nothing of how much of it is right.
  func isShown(by connection: OpaquePointer, _ headers: [String: String]) -> Bool {
    Self.shown(by: connection, headers).map { Digest.areEqual(Self.digest($0), digest) } ?? false
  }

  private static func shown(by connection: OpaquePointer, _ headers: [String: String]) -> String? {
    let words = headers["authorization", default: ""].split(separator: " ")
    if words.first?.lowercased() == "bearer" { return words.count == 2 ? String(words[1]) : nil }
    var password: UnsafeMutablePointer<CChar>?
    let user = MHD_basic_auth_get_username_password(connection, &password)
    defer {
      MHD_free(user)
      MHD_free(password)
    }
    return password.map { String(cString: $0) }
  }
}
