import Glibc

/// A connection to a server under test, with which a test says what it likes.
final class Client {
  private let socket: Int32

  init(_ address: String = "127.0.0.1", port: Int) {
    var hints = addrinfo()
    (hints.ai_flags, hints.ai_socktype) = (AI_NUMERICHOST, Int32(SOCK_STREAM.rawValue))
    var found: UnsafeMutablePointer<addrinfo>?
    getaddrinfo(address, "\(port)", &hints, &found)
    defer { freeaddrinfo(found) }
    let entry = found?.pointee ?? addrinfo()
    socket = Glibc.socket(entry.ai_family, Int32(SOCK_STREAM.rawValue), 0)
    if let address = entry.ai_addr { _ = connect(socket, address, entry.ai_addrlen) }
  }

  deinit { close(socket) }

  /// Sends a text as it stands; returns whether the server still listens.
  @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Reads until there are `count` answers, or the server hangs up, or nothing comes for `seconds`.
  func answers(_ count: Int = 1, within seconds: Int = 10) -> [Answer] {
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let answers = Answer.all(in: bytes)
      if answers.count >= count { return answers }
      let read = recv(socket, &chunk, chunk.count, 0)
      guard read > 0 else { return answers }
      bytes += chunk[..<read]
    }
  }

  /// Asks once.
  static func ask(_ port: Int, _ method: String, _ path: String, _ body: [UInt8] = [], type: String = "text/plain")
    -> Answer?
  {
    let client = Client(port: port)
    client.send(
      "\(method) \(path) HTTP/1.1\r\nHost: test\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n")
    client.send(body)
    return client.answers().first
  }
}

/// What a server has answered.
struct Answer: Equatable {
  let status: Int
  let headers: [String: String]
  let body: String

  /// All whole answers in `bytes`, each with its length in its header.
  static func all(in bytes: [UInt8]) -> [Answer] {
    var (answers, rest) = ([Answer](), bytes[...])
    while let end = rest.indices.first(where: { rest[$0...].starts(with: "\r\n\r\n".utf8) }) {
      let lines = String(decoding: rest[..<end], as: UTF8.self).split(whereSeparator: \.isNewline)
      let fields = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1).map(String.init) }
      let pairs = fields.map { ($0[0].lowercased(), $0[1].trimmingPrefix(" ").description) }
      let headers = Dictionary(pairs) { "\($0), \($1)" }
      let count = headers["content-length"].flatMap { Int($0) } ?? 0
      guard rest.count >= end + 4 - rest.startIndex + count else { break }
      answers.append(
        Answer(
          status: lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0, headers: headers,
          body: String(decoding: rest[(end + 4)..<(end + 4 + count)], as: UTF8.self)))
      rest = rest[(end + 4 + count)...]
    }
    return answers
  }
}
