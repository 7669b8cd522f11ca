import Files
import Glibc
import Hosts

/// How much memory there is, before it is asked for: what a process takes beyond that, the kernel takes back by killing it.
package enum HostMemory {
  /// The bytes that this process and others like it can have together: what the machine could give now, without swapping,
  /// or what their control group or one above it may have at most.
  package static var shared: Int {
    let machine = PhysicalMemory.bytes
    let groups = ControlGroup.all(of: "memory").compactMap { group in
      // Without a limit it is `max`, or in version 1 a number beyond any machine.
      let file = group.isUnified ? "memory.max" : "memory.limit_in_bytes"
      return SystemFile.text("\(group.folder)/\(file)")?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }.filter { $0 > 0 }
    return (groups + [available ?? machine]).reduce(machine, min)
  }

  /// What `/proc/meminfo` calls MemAvailable, which counts what files occupy only until somebody needs it.
  private static var available: Int? {
    let lines = (SystemFile.text("/proc/meminfo") ?? "").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("MemAvailable:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// The bytes that this process alone may map (`ulimit -v`); nil for no limit.
  static var own: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
    return Int(exactly: limit.rlim_cur)
  }
}
