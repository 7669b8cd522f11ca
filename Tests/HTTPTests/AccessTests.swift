import Files
import FoundationEssentials
import Glibc
import HTTP
import Synchronization
import Testing

/// A server that asks for a token, and clients that have it or not.
@Suite struct AccessTests {
  private static let token = "correct-horse:battery"
  private let folder = FileManager.default.temporaryDirectory.appending(path: "access-tests-\(UUID())").path

  /// A file of a token.
  private func file(_ text: String = token + "\n", mode: Int = 0o600) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = "\(folder)/token"
    try Data(text.utf8).write(to: URL(filePath: path))
    chmod(path, mode_t(mode))
    return path
  }

  private func serve(
    on address: String = "127.0.0.1", observe: @escaping @Sendable (HTTPAnswered) -> Void = { _ in }
  ) throws -> HTTPServer {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try HTTPServer(
      on: address, port: 0, token: AccessToken(contentsOf: file()),
      routes: [
        .get("/health") { _ in .text("ok\n") },
        HTTPRoute(.post, "/echo", bodyLimit: 100 << 20) { request, reply in reply(.text("\(request.body.count)")) },
      ], observe: observe)
  }

  /// What a client adds to its header.
  private static func basic(_ words: String) -> String {
    "Authorization: Basic \(Data(words.utf8).base64EncodedString())\r\n"
  }

  private static func head(_ line: String, _ headers: String) -> String {
    "\(line) HTTP/1.1\r\nHost: test\r\n\(headers)\r\n"
  }

  @Test func everyPathAsksForIt() throws {
    let heard = Mutex<[HTTPAnswered]>([])
    let server = try serve { answered in heard.withLock { $0.append(answered) } }
    for line in ["GET /health", "GET /nowhere", "POST /echo", "DELETE /echo"] {
      let client = Client(port: server.port)
      client.send(Self.head(line, ""))
      let answer = client.answers().first
      #expect(answer?.status == 401 && answer?.body.hasPrefix(#"{"error":"this needs the token"#) == true, "\(line)")
      #expect(
        answer?.headers["www-authenticate"]
          == #"Basic realm="cnn-dist", charset="UTF-8", Bearer realm="cnn-dist""#, "\(line)")
    }
    #expect(heard.withLock { $0.map(\.status) } == [401, 401, 401, 401])
    #expect(heard.withLock { $0.allSatisfy { $0.path == nil } })
  }

  @Test func whoeverShowsItIsAnswered() throws {
    let server = try serve()
    for header in [
      "Authorization: Bearer \(Self.token)\r\n", "authorization: bearer  \(Self.token) \r\n",
      Self.basic("anyone:\(Self.token)"), Self.basic(":\(Self.token)"),
    ] {
      let client = Client(port: server.port)
      client.send(Self.head("GET /health", header) + Self.head("POST /echo", "\(header)Content-Length: 3\r\n") + "abc")
      #expect(client.answers(2).map(\.body) == ["ok\n", "3"], "\(header)")
    }
  }

  @Test func nothingElseIsTakenForIt() throws {
    let server = try serve()
    for header in [
      "Authorization: Bearer\r\n", "Authorization: Bearer \(Self.token.dropLast())\r\n",
      "Authorization: Bearer \(Self.token)x\r\n", "Authorization: Bearer \(Self.token) x\r\n",
      "Authorization: \(Self.token)\r\n", "Authorization: Digest \(Self.token)\r\n", "Authorization:\r\n",
      "Token: \(Self.token)\r\n", Self.basic(Self.token), Self.basic("\(Self.token):"), Self.basic("anyone:"),
      Self.basic(""), Self.basic("anyone:\(Self.token.uppercased())"), "Authorization: Basic ====\r\n",
      "Authorization: Basic \(String(repeating: "A", count: 50_000))\r\n",
    ] {
      let client = Client(port: server.port)
      client.send(Self.head("GET /health", header))
      #expect(client.answers().first?.status == 401, "\(header.prefix(80))")
    }
  }

  /// A large body is not waited for; a small one is read and forgotten, so that its client hears why, and may try again.
  @Test func itComesBeforeTheBody() throws {
    let server = try serve()
    for headers in ["Content-Length: 32000000\r\n", "Transfer-Encoding: chunked\r\n"] {
      let client = Client(port: server.port)
      client.send(Self.head("POST /echo", headers))
      #expect(client.answers(within: 5).first?.status == 401, "\(headers)")
      // The server has hung up.
      #expect(client.answers(within: 5).isEmpty)
      while client.send([UInt8](repeating: 65, count: 1 << 16)) {}
    }
    let client = Client(port: server.port)
    let length = "Content-Length: 1000000\r\n"
    client.send(Self.head("POST /echo", length))
    client.send([UInt8](repeating: 65, count: 1_000_000))
    #expect(client.answers().first?.status == 401)
    client.send(Self.head("POST /echo", "Authorization: Bearer \(Self.token)\r\n\(length)"))
    client.send([UInt8](repeating: 65, count: 1_000_000))
    #expect(client.answers().first?.body == "1000000")
  }

  @Test func withItOtherHostsReachAServer() throws {
    var addresses = [("0.0.0.0", "127.0.0.1")]
    if access("/proc/net/if_inet6", R_OK) == 0 { addresses += [("::", "::1"), ("::1", "::1")] }
    for (address, reached) in addresses {
      let server = try serve(on: address)
      for (header, status) in [("", 401), ("Authorization: Bearer \(Self.token)\r\n", 200)] {
        let client = Client(reached, port: server.port)
        client.send(Self.head("GET /health", header))
        #expect(client.answers().first?.status == status, "\(address)")
      }
    }
    // One of another host.
    #expect(throws: ListeningError.refused("198.51.100.1", 0, EADDRNOTAVAIL)) { try serve(on: "198.51.100.1") }
    #expect(throws: ListeningError.noAddress("example.org")) { try serve(on: "example.org") }
  }

  @Test func filesThatHoldNoneAreNamedAndNotQuoted() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let secret = "sixteen-letters-"
    for (text, mode, kind, words) in [
      ("", 0o600, .malformed, "its first line is empty, expected a token of 16 to 4096 characters"),
      ("\n\(secret)\n", 0o600, .malformed, "its first line is empty"),
      ("  \t\r\n", 0o600, .malformed, "its first line is empty"),
      (String(secret.dropLast()), 0o600, .malformed, "its first line has 15 characters"),
      (String(repeating: secret, count: 1000), 0o600, .malformed, "characters, expected a token of 16 to 4096"),
      ("\(secret) \(secret)\n", 0o600, .malformed, "other characters than a token's"),
      ("\(secret)ü\n", 0o600, .malformed, "other characters than a token's"),
      ("\(secret)\u{1}\n", 0o600, .malformed, "other characters than a token's"),
      (secret, 0o640, .malformed, "(mode 640): take it from them with `chmod 600`"),
      (secret, 0o604, .malformed, "(mode 604)"), (secret, 0o602, .malformed, "(mode 602)"),
    ] as [(String, Int, FileError.Kind, String)] {
      let path = try file(text, mode: mode)
      let error = #expect(throws: FileError.self) { try AccessToken(contentsOf: path) }
      #expect(error?.kind == kind && error?.path == path)
      #expect(error?.message.contains(words) == true && !"\(error.map { "\($0)" } ?? "")".contains(secret.dropLast()))
    }
    for text in [secret, " \(secret)\t\r\nand a remark\n"] {
      let token = try AccessToken(contentsOf: file(text, mode: 0o400))
      var words = ""
      dump(token, to: &words)
      #expect(!words.contains(secret))
    }
    #expect(throws: FileError.self) { try AccessToken(contentsOf: folder) }
    let missing = #expect(throws: FileError.self) { try AccessToken(contentsOf: "\(folder)/none") }
    #expect(missing?.kind == .missing)
  }
}
