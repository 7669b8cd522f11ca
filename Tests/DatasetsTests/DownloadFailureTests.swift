import Datasets
import Files
import TestSupport
import Testing

@Suite struct DownloadFailureTests {
  /// Fetches `url` into a new folder and returns the error; nothing may be left behind.
  private func failure(_ url: String, protocols: String = "http") throws -> FileError {
    try withTemporaryFolder { folder in
      let error = try #require(throws: FileError.self) {
        try CIFARDownload(.cifar10, url: url, allowedProtocols: protocols).fetch(to: folder)
      }
      #expect(try names(in: folder) == [])
      #expect(error.kind == .failed && error.path == url)
      #expect(error.message.contains("by hand and put its .bin files into \(folder)/cifar-10-batches-bin"))
      return error
    }
  }

  @Test func httpErrorsAreNamed() throws {
    let server = try LocalServer(answer: "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone")
    #expect(try failure("http://127.0.0.1:\(server.port)/a.tar.gz").message.contains("404"))
  }

  @Test func nobodyListens() throws {
    let port = try LocalServer(answer: "").port  // its server has stopped by the next line
    #expect(try failure("http://127.0.0.1:\(port)/a.tar.gz").message.contains("connect"))
  }

  @Test func aConnectionThatBreaksOff() throws {
    let server = try LocalServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
    #expect(try failure("http://127.0.0.1:\(server.port)/a.tar.gz").message.contains("bytes remaining to read"))
  }

  @Test func redirectsKeepToTheAllowedProtocols() throws {
    let server = try LocalServer(
      answer: "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\n\r\n")
    #expect(try failure("http://127.0.0.1:\(server.port)/a.tar.gz").message.contains("\"file\""))
  }

  @Test(arguments: ["http://127.0.0.1:1/a.tar.gz", "file:///etc/hostname"])
  func onlyHTTPSUnlessTold(url: String) throws {
    #expect(try failure(url, protocols: "https").message.contains("not supported or disabled"))
  }

  @Test func progressCountsBytes() throws {
    let body = String(repeating: "x", count: 1000)
    let server = try LocalServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\(body)")
    try withTemporaryFolder { folder in
      var last: (received: Int, total: Int?) = (0, nil)
      let download = CIFARDownload(.cifar10, url: "http://127.0.0.1:\(server.port)/a", allowedProtocols: "http")
      #expect(throws: FileError.self) { try download.fetch(to: folder) { last = ($0, $1) } }
      #expect(last.received == 1000 && last.total == 1000)
    }
  }
}
