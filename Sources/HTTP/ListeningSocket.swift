import Glibc

/// A socket of this host's loopback interface on which clients call.
///
/// What other hosts reach would have to ask who calls; nothing here does, so that no other address is taken.
struct ListeningSocket {
  /// What the system calls it. Whoever takes it over closes it.
  let descriptor: Int32
  /// The port, also where the system chose it.
  let port: Int

  /// Binds `address`, an address of the loopback interface or `localhost`, and begins to listen.
  ///
  /// - Parameter port: 0 for any that is free.
  /// - Throws: `ListeningError`.
  init(_ address: String, port: Int) throws(ListeningError) {
    let text = address == "localhost" ? "127.0.0.1" : address
    var (four, six) = (sockaddr_in(), sockaddr_in6())
    let family: Int32
    if inet_pton(AF_INET, text, &four.sin_addr) == 1 {
      guard UInt32(bigEndian: four.sin_addr.s_addr) >> 24 == 127 else { throw .outside(address) }
      (four.sin_family, four.sin_port, family) = (sa_family_t(AF_INET), in_port_t(port).bigEndian, AF_INET)
    } else if inet_pton(AF_INET6, text, &six.sin6_addr) == 1 {
      let isLoopback = withUnsafeBytes(of: &six.sin6_addr) { $0.dropLast().allSatisfy { $0 == 0 } && $0[15] == 1 }
      guard isLoopback else { throw .outside(address) }
      (six.sin6_family, six.sin6_port, family) = (sa_family_t(AF_INET6), in_port_t(port).bigEndian, AF_INET6)
    } else {
      throw .outside(address)
    }
    let descriptor = socket(
      family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw .refused(address, port, errno) }
    // The port of a server that has just ended is free, although its last connections are still remembered.
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let status =
      family == AF_INET
      ? Self.withAddress(&four) { bind(descriptor, $0, $1) } : Self.withAddress(&six) { bind(descriptor, $0, $1) }
    guard status == 0, listen(descriptor, SOMAXCONN) == 0 else {
      let code = errno
      close(descriptor)
      throw code == EADDRINUSE ? .taken(address, port) : .refused(address, port, code)
    }
    self.descriptor = descriptor
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    // Both families have their port at the same place.
    _ = Self.withAddress(&six) { address, _ in getsockname(descriptor, UnsafeMutablePointer(mutating: address), &size) }
    self.port = Int(UInt16(bigEndian: six.sin6_port))
  }

  private static func withAddress<Address>(
    _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
    }
  }
}

/// Why a server cannot begin.
package enum ListeningError: Error, Equatable, CustomStringConvertible {
  /// The address is none of the loopback interface.
  case outside(String)
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
      "\(address) can be reached from other hosts, or is no address: expected 127.0.0.1, ::1 or localhost; nobody is asked who "
        + "they are, so that other hosts reach it through a tunnel alone, such as ssh -L"
    case .taken(let address, let port):
      "port \(port) of \(address) is taken by another program: name another one, or 0 for any that is free"
    case .refused(let address, let port, let code):
      "port \(port) of \(address) cannot be listened on: \(String(cString: strerror(code)))"
    case .notStarted: "libmicrohttpd cannot start: the system may allow no more threads or files"
    }
  }
}
