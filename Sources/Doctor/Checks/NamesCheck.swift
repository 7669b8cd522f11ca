import Glibc

/// Whether a host knows its own name.
struct NamesCheck: Check {
  static let name = "names"

  struct Sighting: Codable {
    let host: String
    /// What it resolves to; empty for nothing.
    let addresses: [String]
    /// How long that took.
    let seconds: Double
  }

  func look(_ scene: Scene) -> Sighting {
    let host = scene.hosts[scene.rank]
    let start = ContinuousClock.now
    let addresses = Self.addresses(of: host)
    return Sighting(host: host, addresses: addresses, seconds: start.duration(to: .now) / .seconds(1))
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    for rank in scene.firsts {
      let seen = sightings[rank]
      if seen.addresses.isEmpty {
        return [
          Finding(
            scene.firsts.count > 1 ? .serious : .advice, "\(seen.host) does not know its own name",
            why: "mpirun on other hosts finds it by name, and waits for name servers that do not know it",
            remedy: "echo 127.0.1.1 \(seen.host) >> /etc/hosts")
        ]
      }
      if seen.seconds > 1 {
        return [
          Finding(
            .advice, "\(seen.host) takes \(Int(seen.seconds.rounded())) s to find its own name",
            why: "each process asks for it when it starts", remedy: "echo 127.0.1.1 \(seen.host) >> /etc/hosts")
        ]
      }
    }
    return [.ok("\(sightings[0].host) is \(sightings[0].addresses.joined(separator: ", "))")]
  }

  private static func addresses(of host: String) -> [String] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
    defer { freeaddrinfo(first) }
    var found: [String] = []
    for entry in sequence(first: first, next: { $0?.pointee.ai_next }) {
      guard let entry = entry?.pointee else { continue }
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      guard
        getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
      else { continue }
      let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if !found.contains(address) { found.append(address) }
    }
    return found
  }
}
