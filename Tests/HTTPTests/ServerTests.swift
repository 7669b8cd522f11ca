import Glibc
import HTTP
import Hosts
import Synchronization
import Testing

/// A server with a few routes, and clients that mean well and ill.
@Suite struct ServerTests {
  private static func serve(
    _ limits: HTTPLimits = HTTPLimits(), observe: @escaping @Sendable (HTTPAnswered) -> Void = { _ in }
  ) throws -> HTTPServer {
    try HTTPServer(
      port: 0,
      routes: [
        .get("/health") { _ in .text("ok\n") },
        HTTPRoute(.post, "/echo", bodyLimit: 1000) { request, reply in
          let fields = request.fields.map { "\($0.name) \($0.fileName ?? "-") \($0.mediaType) \($0.body.count)" }
          reply(.text(fields.isEmpty ? String(decoding: request.body, as: UTF8.self) : fields.joined(separator: ", ")))
        },
        HTTPRoute(.post, "/later", bodyLimit: 1000) { request, reply in
          _ = BackgroundThread.start {
            usleep(200_000)
            reply(.text("\(request.body.count)"))
            reply(.text("again"))  // which does not count
          }
        },
      ], limits: limits, observe: observe)
  }

  @Test func answersAtOnceAndLater() throws {
    let server = try Self.serve()
    let health = Client.ask(server.port, "GET", "/health?verbose=1")
    #expect(health?.status == 200 && health?.body == "ok\n")
    #expect(health?.headers["content-type"] == "text/plain; charset=utf-8")
    #expect(Client.ask(server.port, "POST", "/echo", Array("word".utf8))?.body == "word")
    #expect(Client.ask(server.port, "POST", "/later", [1, 2, 3])?.body == "3")
  }

  @Test func refusesPathsAndMethods() throws {
    let server = try Self.serve()
    let unknown = Client.ask(server.port, "GET", "/nowhere")
    #expect(unknown?.status == 404)
    #expect(unknown?.body == #"{"error":"there is no /nowhere, but /health, /echo, /later"}"# + "\n")
    let wrong = Client.ask(server.port, "GET", "/echo")
    #expect(wrong?.status == 405 && wrong?.headers["allow"] == "POST")
    #expect(Client.ask(server.port, "DELETE", "/health")?.headers["allow"] == "GET, HEAD")
  }

  @Test func refusesLargeBodies() throws {
    let server = try Self.serve()
    let body = [UInt8](repeating: 65, count: 1001)
    #expect(Client.ask(server.port, "POST", "/echo", Array(body.dropLast()))?.status == 200)
    #expect(Client.ask(server.port, "POST", "/echo", body)?.status == 413)
    // One that says nothing of its size, and one that asks first.
    let chunked = Client(port: server.port)
    chunked.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n")
    chunked.send(body)
    chunked.send("\r\n0\r\n\r\n")
    #expect(chunked.answers().first?.status == 413)
    let asking = Client(port: server.port)
    asking.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
    #expect(asking.answers().first?.status == 413)
  }

  @Test func boundsWhatBodiesTakeTogether() throws {
    var limits = HTTPLimits()
    limits.bodies = 1500
    let server = try Self.serve(limits)
    let waiting = Client(port: server.port)
    waiting.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n")
    waiting.send([UInt8](repeating: 65, count: 900))
    usleep(100_000)
    let second = Client.ask(server.port, "POST", "/echo", [UInt8](repeating: 66, count: 900))
    #expect(second?.status == 503 && second?.headers["retry-after"] == "1")
    waiting.send([UInt8](repeating: 65, count: 100))
    #expect(waiting.answers().first?.status == 200)
    #expect(Client.ask(server.port, "POST", "/echo", [UInt8](repeating: 66, count: 900))?.status == 200)
  }

  @Test func readsForms() throws {
    let server = try Self.serve()
    let form =
      "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: Image/PNG\r\n\r\n12345\r\n"
      + "--xx\r\nContent-Disposition: form-data; name=\"top\"\r\n\r\n3\r\n--xx--\r\n"
    let answer = Client.ask(server.port, "POST", "/echo", Array(form.utf8), type: "multipart/form-data; boundary=xx")
    #expect(answer?.body == "file a.png image/png 5, top -  1")
    #expect(Client.ask(server.port, "POST", "/echo", Array(form.utf8), type: "multipart/form-data")?.status == 400)
    let short = Client.ask(server.port, "POST", "/echo", Array(form.utf8), type: "multipart/form-data; boundary=x")
    #expect(short?.status == 400 && short?.body.contains("boundary of 2 to 70 characters, found `multipart") == true)
  }

  @Test func answersPipelinedRequestsInTheirOrder() throws {
    let server = try Self.serve()
    let client = Client(port: server.port)
    let post = "POST /later HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody"
    client.send("GET /health HTTP/1.1\r\nHost: test\r\n\r\n" + post + "GET /health HTTP/1.1\r\nHost: test\r\n\r\n")
    #expect(client.answers(3).map(\.body) == ["ok\n", "4", "ok\n"])
  }

  @Test func cutsOffClientsThatTrickle() throws {
    var limits = HTTPLimits()
    limits.requestTime = .milliseconds(600)
    let server = try Self.serve(limits)
    for start in ["", "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 900\r\n\r\n"] {
      let client = Client(port: server.port)
      client.send(start)
      let begin = ContinuousClock.now
      while client.send("a"), begin.duration(to: .now) < .seconds(5) { usleep(20_000) }
      #expect(begin.duration(to: .now) < .seconds(4))
    }
    #expect(Client.ask(server.port, "GET", "/health")?.status == 200)
  }

  @Test func survivesWhatIsNoHTTP() throws {
    let server = try Self.serve()
    let length = "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: "
    for text in [
      "\r\n\r\n", "\0\0\0\0\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
      "GET /\(String(repeating: "a", count: 300_000)) HTTP/1.1\r\n\r\n",
      "\(length)-3\r\n\r\n", "\(length)99999999999999999999999\r\n\r\n",
      "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "GET /%00%ff%2e%2e/%c0%80 HTTP/1.1\r\nHost: test\r\n\r\n",
    ] {
      let client = Client(port: server.port)
      client.send(text)
      #expect(client.answers(within: 1).allSatisfy { $0.status >= 400 })
    }
    #expect(Client.ask(server.port, "GET", "/health")?.status == 200)
  }

  @Test func forgetsClientsThatLeaveHalfway() throws {
    let server = try Self.serve()
    for (length, sent) in [(900, 100), (100, 100), (100, 900), (0, 900)] {
      Client(port: server.port).send(
        "POST /later HTTP/1.1\r\nHost: test\r\nContent-Length: \(length)\r\n\r\n" + String(repeating: "a", count: sent))
    }
    usleep(100_000)
    let begin = ContinuousClock.now
    while !server.isIdle, begin.duration(to: .now) < .seconds(5) { usleep(5000) }
    #expect(begin.duration(to: .now) < .seconds(4))
  }

  @Test func finishesWhatIsInHand() throws {
    let statuses = Mutex<[Int]>([])
    let server = try Self.serve { answered in statuses.withLock { $0.append(answered.status) } }
    let (client, idle) = (Client(port: server.port), Client(port: server.port))
    client.send("POST /later HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody")
    usleep(50_000)
    server.stop(within: .seconds(5))
    let answer = client.answers().first
    #expect(answer?.body == "4" && answer?.headers["connection"] == "close")
    #expect(statuses.withLock { $0 } == [200])
    #expect(idle.answers(within: 1).isEmpty)
    #expect(Client.ask(server.port, "GET", "/health") == nil)
  }

  @Test func refusesWhatTakesTooLongAtTheEnd() throws {
    let server = try HTTPServer(port: 0, routes: [HTTPRoute(.get, "/never") { _, _ in }])
    let client = Client(port: server.port)
    client.send("GET /never HTTP/1.1\r\nHost: test\r\n\r\n")
    usleep(50_000)
    let begin = ContinuousClock.now
    server.stop(within: .milliseconds(100))
    #expect(begin.duration(to: .now) < .seconds(4))
    #expect(client.answers(within: 1).allSatisfy { $0.status == 503 })
  }

  @Test func listensOnLoopbackAlone() throws {
    let server = try Self.serve()
    #expect(throws: ListeningError.taken("localhost", server.port)) {
      try HTTPServer(on: "localhost", port: server.port, routes: [])
    }
    for address in ["0.0.0.0", "0", "::", "192.0.2.1", "2001:db8::1", "fe80::1%lo", "::ffff:127.0.0.1"] {
      #expect(throws: ListeningError.outside(address)) { try HTTPServer(on: address, port: 0, routes: []) }
    }
    for address in ["example.org", "", "127.0.0.1.1", "[::1]", "127.0.0.1 "] {
      #expect(throws: ListeningError.noAddress(address)) { try HTTPServer(on: address, port: 0, routes: []) }
    }
    #expect(throws: Never.self) { try HTTPServer(on: "127.0.0.2", port: 0, routes: []) }
  }
}
