import Glibc

/// A socket on which clients call.
struct ListeningSocket {
  /// What the system calls it. Whoever takes it over closes it.
  let descriptor: Int32
  /// The port, also where the system chose it.
  let port: Int

  /// Binds `address`, and begins to listen.
  ///
  /// - Parameter port: 0 for any that is free.
  /// - Throws: `ListeningError`.
  init(_ address: ListeningAddress, port: Int) throws(ListeningError) {
    let descriptor = socket(
      address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw .refused(address.text, port, errno) }
    // The port of a server that has just ended is free, although its last connections are still remembered.
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    guard address.with(port: port, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, SOMAXCONN) == 0 else {
      let code = errno
      close(descriptor)
      throw code == EADDRINUSE ? .taken(address.text, port) : .refused(address.text, port, code)
    }
    self.descriptor = descriptor
    var (bound, size) = (sockaddr_in6(), socklen_t(MemoryLayout<sockaddr_in6>.size))
    withUnsafeMutablePointer(to: &bound) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
    }
    // Both families have their port at the same place.
    self.port = Int(UInt16(bigEndian: bound.sin6_port))
  }
}

/// Why a server cannot begin.
package enum ListeningError: Error, Equatable, CustomStringConvertible {
  /// Other hosts reach the address, and nobody is asked for a token.
  case outside(String)
  /// It is no address.
  case noAddress(String)
  /// Another program has the port.
  case taken(String, Int)
  /// The system refuses, by its error.
  case refused(String, Int, Int32)
  /// libmicrohttpd does not start.
  case notStarted

  /// A sentence for people.
  package var description: String {
    switch self {
    case .outside(let address):
      "\(address) can be reached from other hosts, which have to show a token: name a file that holds one with --token FILE, or "
        + "listen on 127.0.0.1, to which a tunnel brings others, such as ssh -L"
    case .noAddress(let address):
      "\(address) is no address of IPv4 or IPv6: expected one of this host's, as 127.0.0.1, ::1, 0.0.0.0 or ::"
    case .taken(let address, let port):
      "port \(port) of \(address) is taken by another program: name another one, or 0 for any that is free"
    case .refused(let address, let port, let code):
      "port \(port) of \(address) cannot be listened on: \(String(cString: strerror(code)))"
    case .notStarted: "libmicrohttpd cannot start: the system may allow no more threads or files"
    }
  }
}
