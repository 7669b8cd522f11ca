import Glibc

/// An address on which a server listens: one of the loopback interface, which this host's own programs alone reach, or one that
/// others reach as well, where whoever calls is asked for a token.
package struct ListeningAddress: Sendable {
  /// As it was named.
  package let text: String
  /// As it stands in a URL: `127.0.0.1`, `[::1]`.
  package var host: String { text.contains(":") ? "[\(text)]" : text }
  private let storage: sockaddr_storage
  private let size: socklen_t

  /// The family of its sockets.
  var family: Int32 { Int32(storage.ss_family) }

  /// Reads an address of IPv4 or IPv6, as `127.0.0.1`, `::` or `fe80::1%eth0`, or `localhost`. A host's name is none: what it stands
  /// for is not this program's to choose.
  ///
  /// - Parameter hasToken: whether those who call are asked for one.
  /// - Throws: `ListeningError`, where it is no address, or one that other hosts reach and nobody is asked for a token.
  package init(_ text: String, hasToken: Bool) throws(ListeningError) {
    var hints = addrinfo()
    (hints.ai_flags, hints.ai_socktype) = (AI_NUMERICHOST, Int32(SOCK_STREAM.rawValue))
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(text == "localhost" ? "127.0.0.1" : text, nil, &hints, &found)
    defer { freeaddrinfo(found) }
    guard status == 0, let entry = found?.pointee, let address = entry.ai_addr else { throw .noAddress(text) }
    var storage = sockaddr_storage()
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
    }
    (self.text, self.storage, size) = (text, storage, entry.ai_addrlen)
    guard hasToken || Self.isLoopback(storage) else { throw .outside(text) }
  }

  /// Whether this host alone reaches it: 127.0.0.0/8 (RFC 1122, section 3.2.1.3) and ::1 (RFC 4291, section 2.5.3).
  private static func isLoopback(_ address: sockaddr_storage) -> Bool {
    withUnsafeBytes(of: address) { bytes in
      switch Int32(address.ss_family) {
      case AF_INET: bytes[4] == 127
      case AF_INET6: bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
      default: false
      }
    }
  }

  /// Calls `body` with the address and a port, as the system takes them.
  func with(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var storage = storage
    return withUnsafeMutablePointer(to: &storage) { pointer in
      // Both families have their port at the same place.
      pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port = in_port_t(port).bigEndian }
      return pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
    }
  }
}
