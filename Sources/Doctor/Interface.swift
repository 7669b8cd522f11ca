import Files
import FoundationEssentials
import Glibc

/// A network interface with an IPv4 address, as Open MPI finds it.
struct Interface: Codable, Equatable {
  /// `eth0`.
  let name: String
  /// `10.0.0.7`.
  let address: String
  /// Whether there is no other host behind it: the loopback, and bridges that containers and virtual machines of this host
  /// are on.
  let isLocal: Bool
  let isLoopback: Bool

  /// Those that are up, and the name of the one that leads elsewhere by default.
  static func all() -> (interfaces: [Interface], standard: String?) {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return ([], nil) }
    defer { freeifaddrs(first) }
    var found: [Interface] = []
    for entry in sequence(first: first, next: { $0?.pointee.ifa_next }) {
      guard let entry = entry?.pointee, let address = entry.ifa_addr, address.pointee.sa_family == AF_INET,
        entry.ifa_flags & UInt32(IFF_UP) != 0, let label = entry.ifa_name
      else { continue }
      var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
      address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
        _ = inet_ntop(AF_INET, &address.pointee.sin_addr, &text, socklen_t(text.count))
      }
      let name = String(cString: label)
      let isLoopback = entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0
      found.append(
        Interface(
          name: name, address: String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self),
          isLocal: isLoopback || isBridge(name), isLoopback: isLoopback))
    }
    return (found, standard ?? found.first { !$0.isLocal }?.name)
  }

  /// Docker, libvirt, LXC, Podman and Kubernetes make such, the same on every host. Where a network card is one of a bridge's
  /// ports, other hosts are behind that.
  private static func isBridge(_ name: String) -> Bool {
    let names = [
      "docker", "virbr", "br-", "lxcbr", "lxdbr", "podman", "cni", "flannel", "cali", "veth", "vmnet", "vboxnet",
    ]
    guard names.contains(where: name.hasPrefix) || access("/sys/class/net/\(name)/bridge", F_OK) == 0 else {
      return false
    }
    let ports = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/net/\(name)/brif")) ?? []
    return !ports.contains { access("/sys/class/net/\($0)/device", F_OK) == 0 }
  }

  /// Of the default route: in /proc/net/route the one whose destination is zero.
  private static var standard: String? {
    let lines = (SystemFile.text("/proc/net/route") ?? "").split(separator: "\n").dropFirst()
    let routes = lines.map { $0.split(whereSeparator: \.isWhitespace) }
    return routes.first { $0.count > 1 && $0[1] == "00000000" }.map { String($0[0]) }
  }
}
