import Glibc

/// Answers every HTTP request on a port of this host with the same bytes.
final class LocalServer {
  let port: UInt16
  private let listener: Int32
  private var thread = pthread_t()

  init(answer: String) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, address, &size) == 0
      }
    }
    port = address.sin_port.bigEndian
    let task = Unmanaged.passRetained(Task(listener: listener, answer: Array(answer.utf8)))
    // A thread of its own: libcurl blocks the threads that Swift's tasks share.
    guard isBound, pthread_create(&thread, nil, Task.run, task.toOpaque()) == 0 else { throw FixtureError() }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))  // ends `accept`
    pthread_join(thread, nil)
    close(listener)
  }

  private final class Task {
    let listener: Int32
    let answer: [UInt8]

    init(listener: Int32, answer: [UInt8]) {
      self.listener = listener
      self.answer = answer
    }

    static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
      guard let context else { return nil }
      let task = Unmanaged<Task>.fromOpaque(context).takeRetainedValue()
      while true {
        let connection = accept(task.listener, nil, nil)
        guard connection >= 0 else { return nil }
        var request = [UInt8](repeating: 0, count: 4096)
        _ = read(connection, &request, request.count)  // a request without a body comes in one piece
        _ = send(connection, task.answer, task.answer.count, Int32(MSG_NOSIGNAL))
        close(connection)
      }
    }
  }
}
